package dev.mergefarm.storage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes connections on to a server, but cuts some: each cut connection ends after a number of
 * bytes in one direction.
 */
final class DroppingProxy implements AutoCloseable {

  /** Which bytes are counted towards the cut. */
  enum Direction {
    TO_SERVER,
    TO_CLIENT
  }

  private final ServerSocket listener;
  private final int target;
  private final Direction direction;
  private final long cutAfter;
  private final AtomicInteger cutsLeft;
  private final AtomicInteger connections = new AtomicInteger();

  /**
   * @param cuts how many connections are cut, the first ones to carry that many bytes
   */
  DroppingProxy(int target, Direction direction, long cutAfter, int cuts) throws IOException {
    this.target = target;
    this.direction = direction;
    this.cutAfter = cutAfter;
    this.cutsLeft = new AtomicInteger(cuts);
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  int cutsLeft() {
    return cutsLeft.get();
  }

  int connections() {
    return connections.get();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        connections.incrementAndGet();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        Thread.ofVirtual().start(() -> pass(client, server, Direction.TO_SERVER));
        Thread.ofVirtual().start(() -> pass(server, client, Direction.TO_CLIENT));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void pass(Socket from, Socket to, Direction way) {
    long passed = 0;
    byte[] block = new byte[16 << 10];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(block); read > 0; read = in.read(block)) {
        passed += read;
        if (way == direction
            && passed > cutAfter
            && cutsLeft.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
          return;
        }
        out.write(block, 0, read);
      }
    } catch (IOException closed) {
      // The other side went away; so does this one.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
