package dev.mergefarm.gateway.models;

import dev.mergefarm.gateway.jobs.JobBackend;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.wire.JobMessages;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.model.ModelCatalog;
import dev.mergefarm.storage.model.ModelSummary;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/** Stored models as the API shows them: what headers say, and the job that made them. */
@ApplicationScoped
public class ModelDescriptions {

  private final ModelCatalog catalog;
  private final JobBackend jobs;

  @Inject
  public ModelDescriptions(FarmStorage storage, JobBackend jobs) {
    this.catalog = new ModelCatalog(storage.store());
    this.jobs = jobs;
  }

  /** The models of these names without their files; one that is gone by now is left out. */
  List<Model> ofAll(List<String> names) {
    return catalog.describe(names).stream().map(summary -> describe(summary).build()).toList();
  }

  /** A model with its files; empty when it is gone. */
  Optional<Model> complete(String name) {
    return catalog
        .find(name)
        .map(
            summary -> {
              Model.Builder message = describe(summary);
              summary.files().forEach(file -> message.addFiles(file(file)));
              return message.build();
            });
  }

  private static ModelFile file(ObjectInfo info) {
    return ModelFile.newBuilder().setName(info.key()).setBytes(info.size()).build();
  }

  private Model.Builder describe(ModelSummary summary) {
    Model.Builder message =
        Model.newBuilder()
            .setReference(summary.name())
            .setArchitecture(summary.architecture().orElse(""))
            .setParameters(summary.parameters())
            .setTensors(summary.tensors())
            .setBytes(summary.bytes());
    summary.dataTypes().forEach(type -> message.addDataTypes(type.name()));
    maker(summary.name())
        .ifPresent(
            job -> {
              message.setJobId(job.id());
              job.times().end().ifPresent(end -> message.setCreateTime(JobMessages.timestamp(end)));
            });
    return message;
  }

  /** The newest job whose result the model is. */
  private Optional<JobView> maker(String name) {
    return jobs.partialTable()
        .all()
        .filter(
            job ->
                job.conclusion().result().orElse(null) instanceof JobResult.Merge merge
                    && merge.message().getModel().equals(name))
        .findFirst();
  }
}
