package dev.mergefarm.merge.timeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes spans as they come into a file in Chrome's trace format, which {@code chrome://tracing}
 * and Perfetto show: one row for each track. Used by one thread at a time, as a {@link Timeline}
 * does.
 */
public final class TraceFile implements Consumer<Span>, AutoCloseable {

  private static final int PROCESS = 1;

  private final JsonGenerator json;
  private final Map<String, Integer> tracks = new HashMap<>();
  private final long origin;

  /**
   * @param origin the time that is 0 in the file, by {@link System#nanoTime}
   */
  public TraceFile(Path file, long origin) {
    this.origin = origin;
    try {
      json = new JsonFactory().createGenerator(Files.newBufferedWriter(file));
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ms");
      json.writeArrayFieldStart("traceEvents");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void accept(Span span) {
    try {
      int track = track(span.track());
      start("X", span.step().label() + " " + span.tensor(), track);
      json.writeStringField("cat", span.step().label());
      json.writeNumberField("ts", (span.start() - origin) / 1e3);
      json.writeNumberField("dur", span.nanoseconds() / 1e3);
      json.writeObjectFieldStart("args");
      json.writeStringField("tensor", span.tensor());
      json.writeNumberField("bytes", span.bytes());
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private int track(String name) throws IOException {
    Integer known = tracks.get(name);
    if (known != null) {
      return known;
    }
    int number = tracks.size() + 1;
    tracks.put(name, number);
    start("M", "thread_name", number);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
    return number;
  }

  private void start(String kind, String name, int track) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", kind);
    json.writeStringField("name", name);
    json.writeNumberField("pid", PROCESS);
    json.writeNumberField("tid", track);
  }

  /** Completes the file. */
  @Override
  public void close() {
    try {
      json.writeEndArray();
      json.writeEndObject();
      json.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
