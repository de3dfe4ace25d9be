package dev.mergefarm.gateway.tasks;

import com.google.protobuf.ByteString;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.upload.IncomingFile;
import dev.mergefarm.gateway.upload.IncomingFiles;
import dev.mergefarm.gateway.upload.Upload;
import dev.mergefarm.jobs.wire.ErrorMessages;
import dev.mergefarm.proto.v1.TaskBundle;
import dev.mergefarm.proto.v1.TaskFile;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.manifest.Sha256;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A bundle that a client sends. When there is one of that name, what comes is only digested, to
 * tell a repeat from another bundle.
 */
final class BundleUpload implements Upload<TaskBundle>, IncomingFiles.Target {

  private final String reference;
  private final List<IncomingFile> announced;
  private final IncomingFiles files;
  private final BundleStore bundles;
  private final Optional<TaskBundle> existing;
  private final Runnable onClose;
  private final SortedMap<String, String> digests = new TreeMap<>();
  private Sha256 digest = new Sha256();
  private Optional<ObjectUpload> file = Optional.empty();
  private boolean finished;

  /**
   * @param announced and checked
   * @param existing the bundle that is there under the reference
   * @param onClose called when the upload is closed
   */
  BundleUpload(
      String reference,
      List<IncomingFile> announced,
      BundleStore bundles,
      Optional<TaskBundle> existing,
      Runnable onClose) {
    this.reference = reference;
    this.announced = announced;
    this.files = new IncomingFiles(announced, this);
    this.bundles = bundles;
    this.existing = existing;
    this.onClose = onClose;
  }

  /** Opens the first file; to be called once. */
  void begin() {
    if (existing.isEmpty()) {
      bundles.beginDraft(reference);
    }
    files.begin();
  }

  @Override
  public void begin(IncomingFile next) {
    digest = new Sha256();
    if (existing.isEmpty()) {
      String key = bundles.folder(reference).key(next.name());
      file = Optional.of(bundles.store().upload(key, next.bytes()));
    }
  }

  @Override
  public void write(ByteString chunk) {
    files.write(chunk);
  }

  @Override
  public void write(MemorySegment bytes) {
    digest.update(bytes);
    file.ifPresent(upload -> upload.write(bytes));
  }

  @Override
  public void end(IncomingFile complete) {
    digests.put(complete.name(), digest.finish());
    file.ifPresent(
        upload -> {
          upload.publish();
          upload.close();
        });
    file = Optional.empty();
  }

  @Override
  public TaskBundle finish() {
    files.requireComplete();
    String content = contentDigest();
    if (existing.isPresent()) {
      return repeat(existing.get(), content);
    }
    Problems problems = new Problems();
    List<String> tasks = BundleCheck.tasks(bundles.folder(reference), problems);
    problems.throwIfErrors();
    TaskBundle bundle = describe(tasks, content);
    bundles.publish(bundle);
    finished = true;
    return bundle.toBuilder()
        .addAllWarnings(problems.warnings().stream().map(ErrorMessages::problem).toList())
        .build();
  }

  private TaskBundle repeat(TaskBundle stored, String content) {
    if (!stored.getDigest().equals(content)) {
      throw new MergefarmException(
          ErrorCode.TASKS_EXIST, "There is another bundle '" + reference + "' already.");
    }
    return stored;
  }

  private TaskBundle describe(List<String> tasks, String content) {
    return TaskBundle.newBuilder()
        .setReference(reference)
        .addAllTasks(tasks)
        .addAllFiles(
            announced.stream()
                .sorted(Comparator.comparing(IncomingFile::name))
                .map(
                    entry ->
                        TaskFile.newBuilder().setName(entry.name()).setBytes(entry.bytes()).build())
                .toList())
        .setBytes(announced.stream().mapToLong(IncomingFile::bytes).sum())
        .setDigest(content)
        .build();
  }

  /** SHA-256 over each file's name and digest, a line each, in name order. */
  private String contentDigest() {
    StringBuilder lines = new StringBuilder();
    digests.forEach((name, value) -> lines.append(value).append("  ").append(name).append('\n'));
    return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    try {
      file.ifPresent(ObjectUpload::close);
      if (!finished && existing.isEmpty()) {
        bundles.discard(reference);
      }
    } finally {
      onClose.run();
    }
  }
}
