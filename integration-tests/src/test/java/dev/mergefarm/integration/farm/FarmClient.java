package dev.mergefarm.integration.farm;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.mergefarm.proto.v1.ImportTasksHeader;
import dev.mergefarm.proto.v1.ImportTasksRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobsGrpc;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.proto.v1.ModelsGrpc;
import dev.mergefarm.proto.v1.PutModelHeader;
import dev.mergefarm.proto.v1.PutModelRequest;
import dev.mergefarm.proto.v1.RecipesGrpc;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.TaskBundle;
import dev.mergefarm.proto.v1.TaskFile;
import dev.mergefarm.proto.v1.TasksGrpc;
import dev.mergefarm.proto.v1.WatchJobRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Calls a farm with stubs made from the API's definition alone, and over HTTP. */
public final class FarmClient implements AutoCloseable {

  /** The example's models, tasks and recipes. */
  public static final Path FACTS =
      Path.of(System.getProperty("mergefarm.root")).resolve("examples/facts");

  private static final int CHUNK = 1 << 20;

  private final URI address;
  private final ManagedChannel channel;
  private final HttpClient http = HttpClient.newHttpClient();

  public FarmClient(FarmProcess farm) {
    this.address = farm.address();
    this.channel = farm.channel();
  }

  public ManagedChannel channel() {
    return channel;
  }

  public JobsGrpc.JobsBlockingStub jobs() {
    return JobsGrpc.newBlockingStub(channel);
  }

  public RecipesGrpc.RecipesBlockingStub recipes() {
    return RecipesGrpc.newBlockingStub(channel);
  }

  public ModelsGrpc.ModelsBlockingStub models() {
    return ModelsGrpc.newBlockingStub(channel);
  }

  /** A merge of a recipe under a request id. */
  public static SubmitMergeRequest merge(String requestId, String recipe) {
    return SubmitMergeRequest.newBuilder()
        .setRequestId(requestId)
        .setMerge(MergeRequest.newBuilder().setRecipe(recipe))
        .build();
  }

  /** Sends a directory as a model. */
  public Model put(String reference, Path directory) {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path file : entries.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return put(parts(reference, files)).join();
  }

  /** The messages that send files as a model. */
  public static List<PutModelRequest> parts(String reference, Map<String, byte[]> files) {
    PutModelHeader.Builder header = PutModelHeader.newBuilder().setReference(reference);
    files.forEach(
        (name, content) ->
            header.addFiles(ModelFile.newBuilder().setName(name).setBytes(content.length)));
    List<PutModelRequest> parts = new ArrayList<>();
    parts.add(PutModelRequest.newBuilder().setHeader(header).build());
    for (byte[] content : files.values()) {
      for (int start = 0; start < content.length; start += CHUNK) {
        int length = Math.min(CHUNK, content.length - start);
        parts.add(
            PutModelRequest.newBuilder()
                .setChunk(ByteString.copyFrom(content, start, length))
                .build());
      }
    }
    return parts;
  }

  /** Sends messages of a model; the future has the answer or the failure. */
  public CompletableFuture<Model> put(List<PutModelRequest> parts) {
    FutureObserver<Model> answer = new FutureObserver<>();
    StreamObserver<PutModelRequest> stream = ModelsGrpc.newStub(channel).putModel(answer);
    parts.forEach(stream::onNext);
    stream.onCompleted();
    return answer.future();
  }

  /** The example's tasks and their data, by name within the bundle. */
  public static Map<String, byte[]> factsTasks() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String folder : List.of("tasks", "data")) {
      try (Stream<Path> entries = Files.list(FACTS.resolve(folder))) {
        for (Path file : entries.toList()) {
          files.put(folder + "/" + file.getFileName(), Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  /**
   * Stores a task bundle.
   *
   * @throws java.util.concurrent.CompletionException with the refusal
   */
  public TaskBundle importTasks(String reference, Map<String, byte[]> files) {
    FutureObserver<TaskBundle> answer = new FutureObserver<>();
    StreamObserver<ImportTasksRequest> stream = TasksGrpc.newStub(channel).importTasks(answer);
    ImportTasksHeader.Builder header = ImportTasksHeader.newBuilder().setReference(reference);
    files.forEach(
        (name, content) ->
            header.addFiles(TaskFile.newBuilder().setName(name).setBytes(content.length)));
    stream.onNext(ImportTasksRequest.newBuilder().setHeader(header).build());
    for (byte[] content : files.values()) {
      stream.onNext(ImportTasksRequest.newBuilder().setChunk(ByteString.copyFrom(content)).build());
    }
    stream.onCompleted();
    return answer.join();
  }

  /** Watches a job to its end. */
  public Job finish(String id) {
    Job last = Job.getDefaultInstance();
    var events = jobs().watchJob(WatchJobRequest.newBuilder().setId(id).build());
    while (events.hasNext()) {
      last = events.next().getJob();
    }
    return last;
  }

  /** The detailed status of a refused call. */
  public static Status status(StatusRuntimeException failure) {
    return StatusProto.fromThrowable(failure);
  }

  /** The error code of a refused call. */
  public static String reason(Status status) {
    return detail(status, ErrorInfo.class, ErrorInfo.getDefaultInstance()).getReason();
  }

  /** The places of the problems of a refused call. */
  public static List<String> fields(Status status) {
    return violations(status).stream().map(BadRequest.FieldViolation::getField).toList();
  }

  /** The problems of a refused call. */
  public static List<BadRequest.FieldViolation> violations(Status status) {
    return detail(status, BadRequest.class, BadRequest.getDefaultInstance())
        .getFieldViolationsList();
  }

  private static <T extends Message> T detail(Status status, Class<T> type, T otherwise) {
    return status.getDetailsList().stream()
        .filter(any -> any.is(type))
        .map(
            any -> {
              try {
                return any.unpack(type);
              } catch (InvalidProtocolBufferException malformed) {
                throw new AssertionError(malformed);
              }
            })
        .findFirst()
        .orElse(otherwise);
  }

  public HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  public HttpResponse<String> post(String path, String body) {
    return send(
        HttpRequest.newBuilder(address.resolve(path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    http.close();
  }
}
