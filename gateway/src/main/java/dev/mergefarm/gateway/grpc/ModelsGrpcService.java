package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.models.ModelReading;
import dev.mergefarm.gateway.models.ModelService;
import dev.mergefarm.gateway.models.ModelUploads;
import dev.mergefarm.proto.v1.DeleteModelRequest;
import dev.mergefarm.proto.v1.DeleteModelResponse;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.ListModelsRequest;
import dev.mergefarm.proto.v1.ListModelsResponse;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelChunk;
import dev.mergefarm.proto.v1.ModelsGrpc;
import dev.mergefarm.proto.v1.PutModelRequest;
import dev.mergefarm.proto.v1.ReadModelRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;

/** The {@code mergefarm.v1.Models} service. */
@GrpcService
public class ModelsGrpcService extends ModelsGrpc.ModelsImplBase {

  private final ModelService models;
  private final ModelUploads uploads;

  @Inject
  public ModelsGrpcService(ModelService models, ModelUploads uploads) {
    this.models = models;
    this.uploads = uploads;
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    Answers.answer(observer, caller -> models.list(caller, request));
  }

  @Override
  public void getModel(GetModelRequest request, StreamObserver<Model> observer) {
    Answers.answer(observer, caller -> models.get(caller, request));
  }

  @Override
  public void deleteModel(
      DeleteModelRequest request, StreamObserver<DeleteModelResponse> observer) {
    Answers.answer(observer, caller -> models.delete(caller, request));
  }

  @Override
  public StreamObserver<PutModelRequest> putModel(StreamObserver<Model> observer) {
    Caller caller = Caller.ofGrpcCall();
    return UploadCall.begin(
        observer,
        request ->
            switch (request.getPartCase()) {
              case HEADER ->
                  new UploadCall.Header<>(() -> uploads.start(caller, request.getHeader()));
              case CHUNK -> new UploadCall.Chunk<>(request.getChunk());
              case PART_NOT_SET -> new UploadCall.Empty<>();
            });
  }

  @Override
  public void readModel(ReadModelRequest request, StreamObserver<ModelChunk> observer) {
    PacedStream<ModelChunk> stream =
        new PacedStream<>((ServerCallStreamObserver<ModelChunk>) observer);
    stream.start(() -> new ModelReading(models.find(request.getReference())).forEach(stream::send));
  }
}
