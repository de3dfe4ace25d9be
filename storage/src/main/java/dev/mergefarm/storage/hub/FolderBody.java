package dev.mergefarm.storage.hub;

import dev.mergefarm.storage.ObjectFolder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/** A range of a stored file as a request's body, 1 MiB in memory at a time. May be sent again. */
final class FolderBody extends RequestBody {

  private static final MediaType TYPE = MediaType.get("application/octet-stream");
  private static final int STEP = 1 << 20;

  private final ObjectFolder folder;
  private final String file;
  private final long offset;
  private final long length;

  FolderBody(ObjectFolder folder, String file, long offset, long length) {
    this.folder = folder;
    this.file = file;
    this.offset = offset;
    this.length = length;
  }

  @Override
  public MediaType contentType() {
    return TYPE;
  }

  @Override
  public long contentLength() {
    return length;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    byte[] step = new byte[(int) Math.min(STEP, length)];
    for (long done = 0; done < length; done += step.length) {
      int size = (int) Math.min(step.length, length - done);
      folder.read(file, offset + done, MemorySegment.ofArray(step).asSlice(0, size));
      sink.write(step, 0, size);
    }
  }
}
