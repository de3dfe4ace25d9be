package dev.mergefarm.jobs.submit;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import dev.mergefarm.jobs.JobRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Derives a job's id from its request's id, and tells a repeated request from another. */
public final class RequestIdentity {

  /** 26 characters of base 32 hold 130 bits. */
  private static final int ID_LENGTH = 26;

  private static final int ID_RADIX = 32;

  private RequestIdentity() {}

  /** The id of the job that a tenant's request makes: 26 characters of 0-9 and a-v. */
  public static String jobId(String tenant, String requestId) {
    MessageDigest sha = sha256();
    update(sha, tenant);
    update(sha, requestId);
    String digits = new BigInteger(1, sha.digest()).toString(ID_RADIX);
    return "0".repeat(Math.max(0, ID_LENGTH - digits.length()))
        + digits.substring(0, Math.min(ID_LENGTH, digits.length()));
  }

  /** SHA-256, in hexadecimal, of what the request asks for and its labels. */
  public static String digest(JobRequest request, Map<String, String> labels) {
    MessageDigest sha = sha256();
    MessageLite message =
        switch (request) {
          case JobRequest.Merge merge -> merge.message();
          case JobRequest.Evaluation evaluation -> evaluation.message();
        };
    update(sha, request.kind().label());
    update(sha, deterministicBytes(message));
    new TreeMap<>(labels)
        .forEach(
            (name, value) -> {
              update(sha, name);
              update(sha, value);
            });
    return HexFormat.of().formatHex(sha.digest());
  }

  /** Maps in messages have no order of their own, so the plain serialisation may differ. */
  private static byte[] deterministicBytes(MessageLite message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
      output.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  private static void update(MessageDigest sha, String part) {
    update(sha, part.getBytes(StandardCharsets.UTF_8));
  }

  /** Length first, so that no two lists of parts give the same bytes. */
  private static void update(MessageDigest sha, byte[] part) {
    sha.update(BigInteger.valueOf(part.length).add(BigInteger.ONE.shiftLeft(32)).toByteArray());
    sha.update(part);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
