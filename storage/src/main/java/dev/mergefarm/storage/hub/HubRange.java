package dev.mergefarm.storage.hub;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.Retries;
import dev.mergefarm.storage.hub.HubModel.HubFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;

/** Fills one range of a hub's file. Each run goes on where the one before broke. */
final class HubRange implements Retries.Attempt<Void> {

  private static final int STEP = 64 << 10;

  private final HubRequests requests;
  private final HubModel model;
  private final HubFile file;
  private final long offset;
  private final MemorySegment target;
  private long done;

  /**
   * @param offset of the target's first byte in the file
   */
  HubRange(HubRequests requests, HubModel model, HubFile file, long offset, MemorySegment target) {
    this.requests = requests;
    this.model = model;
    this.file = file;
    this.offset = offset;
    this.target = target;
  }

  @Override
  public Void run() throws Retries.TransientFailure {
    HttpUrl url = requests.address(model.repository(), "resolve", model.commit(), file.path());
    long first = offset + done;
    Request request =
        new Request.Builder()
            .url(url)
            .header("Accept-Encoding", "identity")
            .header("Range", "bytes=%d-%d".formatted(first, offset + target.byteSize() - 1))
            .build();
    return requests.once(
        "'" + file.path() + "' of " + model.origin(),
        request,
        answer -> {
          checkTag(answer);
          fill(answer, first);
          return null;
        });
  }

  /** The digest is the one that was listed, or the file is not the one that was listed. */
  private void checkTag(Response answer) {
    String stated = answer.header("X-Linked-Etag", answer.header("ETag", ""));
    String tag = stated.replace("W/", "").replace("\"", "");
    if (answer.header("X-Linked-Etag") != null && !file.matches(tag)) {
      throw new MergefarmException(
          ErrorCode.RANGE_NOT_IN_OBJECT,
          "'%s' of %s is not the file that the hub listed.".formatted(file.path(), model.origin()));
    }
  }

  private void fill(Response answer, long first) throws IOException {
    try (InputStream body = answer.body().byteStream()) {
      if (answer.code() == 206) {
        checkStart(answer, first);
      } else {
        body.skipNBytes(first);
      }
      byte[] step = new byte[STEP];
      while (done < target.byteSize()) {
        int read = body.read(step, 0, (int) Math.min(STEP, target.byteSize() - done));
        if (read < 0) {
          throw new EOFException("the answer ended early");
        }
        MemorySegment.copy(step, 0, target, ValueLayout.JAVA_BYTE, done, read);
        done += read;
      }
    }
  }

  private static void checkStart(Response answer, long first) throws IOException {
    String range = answer.header("Content-Range", "");
    if (!range.startsWith("bytes " + first + "-")) {
      throw new IOException("asked for bytes from " + first + ", got '" + range + "'");
    }
  }
}
