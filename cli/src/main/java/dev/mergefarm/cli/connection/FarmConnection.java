package dev.mergefarm.cli.connection;

import dev.mergefarm.proto.v1.JobsGrpc;
import dev.mergefarm.proto.v1.ModelsGrpc;
import dev.mergefarm.proto.v1.RecipesGrpc;
import dev.mergefarm.proto.v1.TasksGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An open connection to a farm's gateway; one for each command. */
public final class FarmConnection implements AutoCloseable {

  /** Largest answer accepted, in bytes. */
  private static final int MAXIMUM_MESSAGE = 16 << 20;

  private final ManagedChannel channel;
  private final Duration timeout;

  private FarmConnection(ManagedChannel channel, Duration timeout) {
    this.channel = channel;
    this.timeout = timeout;
  }

  /**
   * @param address {@code host:port}, optionally behind {@code http://} (the default) or {@code
   *     https://}
   * @param timeout of each short call; streams have none
   */
  public static FarmConnection open(FarmAddress address, Duration timeout) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address.host(), address.port())
            .maxInboundMessageSize(MAXIMUM_MESSAGE);
    if (!address.encrypted()) {
      builder.usePlaintext();
    }
    return new FarmConnection(builder.build(), timeout);
  }

  /** For short calls: with the deadline. */
  public JobsGrpc.JobsBlockingStub jobs() {
    return JobsGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** For streams: without a deadline. */
  public JobsGrpc.JobsBlockingStub watching() {
    return JobsGrpc.newBlockingStub(channel);
  }

  public RecipesGrpc.RecipesBlockingStub recipes() {
    return RecipesGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  public ModelsGrpc.ModelsBlockingStub models() {
    return ModelsGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** For uploads. */
  public ModelsGrpc.ModelsStub modelUploads() {
    return ModelsGrpc.newStub(channel);
  }

  /** For downloads. */
  public ModelsGrpc.ModelsBlockingStub modelDownloads() {
    return ModelsGrpc.newBlockingStub(channel);
  }

  public TasksGrpc.TasksBlockingStub tasks() {
    return TasksGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** For uploads. */
  public TasksGrpc.TasksStub taskUploads() {
    return TasksGrpc.newStub(channel);
  }

  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(2, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
