package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.tasks.TaskService;
import dev.mergefarm.proto.v1.GetTaskBundleRequest;
import dev.mergefarm.proto.v1.ImportTasksRequest;
import dev.mergefarm.proto.v1.ListTaskBundlesRequest;
import dev.mergefarm.proto.v1.ListTaskBundlesResponse;
import dev.mergefarm.proto.v1.TaskBundle;
import dev.mergefarm.proto.v1.TasksGrpc;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;

/** The {@code mergefarm.v1.Tasks} service. */
@GrpcService
public class TasksGrpcService extends TasksGrpc.TasksImplBase {

  private final TaskService tasks;

  @Inject
  public TasksGrpcService(TaskService tasks) {
    this.tasks = tasks;
  }

  @Override
  public StreamObserver<ImportTasksRequest> importTasks(StreamObserver<TaskBundle> observer) {
    return UploadCall.begin(
        observer,
        request ->
            switch (request.getPartCase()) {
              case HEADER -> new UploadCall.Header<>(() -> tasks.startImport(request.getHeader()));
              case CHUNK -> new UploadCall.Chunk<>(request.getChunk());
              case PART_NOT_SET -> new UploadCall.Empty<>();
            });
  }

  @Override
  public void listTaskBundles(
      ListTaskBundlesRequest request, StreamObserver<ListTaskBundlesResponse> observer) {
    Answers.answer(observer, caller -> tasks.list(caller, request));
  }

  @Override
  public void getTaskBundle(GetTaskBundleRequest request, StreamObserver<TaskBundle> observer) {
    Answers.answer(observer, caller -> tasks.get(caller, request));
  }
}
