package dev.mergefarm.benchmarks.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/**
 * A network that does not exist: passes connections on to a server on this machine, no faster than
 * a rate in each direction over all connections, and each answer after a delay.
 */
final class Link implements AutoCloseable {

  private static final int BLOCK = 64 << 10;

  /** A wait this long means that one side was done and the other had to think. */
  private static final long TURN_NANOS = 500_000;

  private final ServerSocket listener;
  private final int target;
  private final Pace up;
  private final Pace down;
  private final Duration delay;

  /**
   * @param bytesPerSecond in each direction; 0 for as fast as this machine is
   * @param delay before the first byte of an answer
   */
  Link(int target, long bytesPerSecond, Duration delay) throws IOException {
    this.target = target;
    this.up = new Pace(bytesPerSecond);
    this.down = new Pace(bytesPerSecond);
    this.delay = delay;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("link").start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        start(client, server, up, Duration.ZERO);
        start(server, client, down, delay);
      }
    } catch (IOException closed) {
      // The benchmark is over.
    }
  }

  private static void start(Socket from, Socket to, Pace pace, Duration delay) {
    Thread.ofPlatform().daemon().name("link").start(() -> pass(from, to, pace, delay));
  }

  private static void pass(Socket from, Socket to, Pace pace, Duration delay) {
    byte[] block = new byte[BLOCK];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      while (true) {
        long asked = System.nanoTime();
        int read = in.read(block);
        if (read < 0) {
          return;
        }
        if (System.nanoTime() - asked > TURN_NANOS) {
          Thread.sleep(delay);
        }
        pace.take(read);
        out.write(block, 0, read);
      }
    } catch (IOException closed) {
      // The other side went away; so does this one.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** Lets bytes pass at a rate, in the order in which they come. */
  private static final class Pace {

    /** What a thread that slept too long may catch up with. */
    private static final long CREDIT_NANOS = 20_000_000;

    private final double nanosPerByte;
    private long free = System.nanoTime();

    Pace(long bytesPerSecond) {
      this.nanosPerByte = bytesPerSecond == 0 ? 0 : 1e9 / bytesPerSecond;
    }

    void take(int bytes) throws InterruptedException {
      long wait;
      synchronized (this) {
        long now = System.nanoTime();
        free = Math.max(free, now - CREDIT_NANOS) + (long) (bytes * nanosPerByte);
        wait = free - now;
      }
      if (wait > 0) {
        Thread.sleep(Duration.ofNanos(wait));
      }
    }
  }
}
