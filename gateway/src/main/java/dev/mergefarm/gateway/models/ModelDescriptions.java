package dev.mergefarm.gateway.models;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.gateway.jobs.JobBackend;
import dev.mergefarm.gateway.storage.FarmStorage;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.wire.JobMessages;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.tensor.TensorInfo;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Describes stored models from their configurations and headers. */
@ApplicationScoped
public class ModelDescriptions {

  /** Models whose headers are read at the same time. */
  private static final int PARALLEL = 8;

  private final FarmStorage storage;
  private final JobBackend jobs;

  @Inject
  public ModelDescriptions(FarmStorage storage, JobBackend jobs) {
    this.storage = storage;
    this.jobs = jobs;
  }

  /** The models of these names without their files; one that is gone by now is left out. */
  List<Model> ofAll(List<String> names) {
    List<Model> found = new ArrayList<>();
    try (ExecutorService readers =
        Executors.newFixedThreadPool(PARALLEL, Thread.ofVirtual().factory())) {
      List<Future<Optional<Model>>> pending = new ArrayList<>();
      for (String name : names) {
        Callable<Optional<Model>> work = () -> ifThere(name);
        pending.add(readers.submit(work));
      }
      for (Future<Optional<Model>> model : pending) {
        model.get().ifPresent(found::add);
      }
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return found;
  }

  private Optional<Model> ifThere(String name) {
    try (dev.mergefarm.storage.model.Model model =
        storage.models().open(new ModelReference(name))) {
      return Optional.of(describe(name, model).build());
    } catch (MergefarmException gone) {
      if (gone.code().retryable()) {
        throw gone;
      }
      return Optional.empty();
    }
  }

  /** A model with its files, and the job that made it. */
  Model complete(String reference, ObjectFolder folder) {
    String name = folder.prefix().substring(0, folder.prefix().length() - 1);
    try (dev.mergefarm.storage.model.Model model =
        storage.models().open(new ModelReference(name))) {
      Model.Builder message = describe(name, model);
      files(folder).forEach(message::addFiles);
      return message.build();
    }
  }

  /** The files of a model without the farm's own, in name order. */
  static List<ModelFile> files(ObjectFolder folder) {
    return folder.list().stream()
        .filter(info -> !info.key().startsWith(ModelFiles.PRIVATE_PREFIX))
        .map(info -> ModelFile.newBuilder().setName(info.key()).setBytes(info.size()).build())
        .toList();
  }

  private Model.Builder describe(String name, dev.mergefarm.storage.model.Model model) {
    Model.Builder message =
        Model.newBuilder()
            .setReference(name)
            .setArchitecture(architecture(model))
            .setBytes(model.folder().list().stream().mapToLong(ObjectInfo::size).sum());
    addTensors(message, model);
    maker(name)
        .ifPresent(
            job -> {
              message.setJobId(job.id());
              job.times().end().ifPresent(end -> message.setCreateTime(JobMessages.timestamp(end)));
            });
    return message;
  }

  private static String architecture(dev.mergefarm.storage.model.Model model) {
    try {
      return model
          .file(ModelFiles.CONFIG)
          .map(content -> JsonFiles.parseObject(ModelFiles.CONFIG, content))
          .map(config -> config.path("architectures").path(0))
          .map(JsonNode::asText)
          .orElse("");
    } catch (MergefarmException malformed) {
      // A model that nothing can use is listed all the same, so that somebody can remove it.
      return "";
    }
  }

  private static void addTensors(Model.Builder message, dev.mergefarm.storage.model.Model model) {
    try {
      Collection<TensorInfo> tensors = model.tensors().tensors().values();
      message.setTensors(tensors.size());
      message.setParameters(tensors.stream().mapToLong(t -> t.shape().elements()).sum());
      tensors.stream()
          .map(tensor -> tensor.dataType().name())
          .distinct()
          .sorted()
          .forEach(message::addDataTypes);
    } catch (MergefarmException malformed) {
      if (malformed.code().retryable()) {
        throw malformed;
      }
    }
  }

  /** The newest job whose result the model is. */
  private Optional<JobView> maker(String name) {
    return jobs.table()
        .all()
        .filter(
            job ->
                job.conclusion().result().orElse(null) instanceof JobResult.Merge merge
                    && merge.message().getModel().equals(name))
        .findFirst();
  }
}
