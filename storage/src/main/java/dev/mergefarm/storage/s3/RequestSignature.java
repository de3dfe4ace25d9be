package dev.mergefarm.storage.s3;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import io.minio.credentials.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import okhttp3.HttpUrl;

/**
 * AWS Signature Version 4 over the headers of a request without a query, for the one request that
 * the client library cannot sign: a streamed body with its checksum in the trailer.
 */
final class RequestSignature {

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Credentials credentials;
  private final String region;

  RequestSignature(Credentials credentials, String region) {
    this.credentials = credentials;
    this.region = region;
  }

  /**
   * The headers to send: those given, date and token, and the authorisation over all of them.
   *
   * @param headers by lower-case name, with {@code x-amz-content-sha256}
   */
  Map<String, String> sign(
      String method, HttpUrl url, Map<String, String> headers, Instant instant) {
    String time = TIME.format(instant);
    String scope = time.substring(0, 8) + "/" + region + "/s3/aws4_request";
    Map<String, String> signed = new TreeMap<>(headers);
    signed.put("x-amz-date", time);
    if (credentials.sessionToken() != null) {
      signed.put("x-amz-security-token", credentials.sessionToken());
    }
    Map<String, String> canonical = new TreeMap<>(signed);
    canonical.put("host", host(url));
    String names = String.join(";", canonical.keySet());
    String request = canonicalRequest(method, url, canonical, names);
    String text =
        String.join("\n", ALGORITHM, time, scope, HexFormat.of().formatHex(sha256(request)));
    String signature = HexFormat.of().formatHex(hmac(signingKey(scope), text));
    signed.put(
        "authorization",
        "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            .formatted(ALGORITHM, credentials.accessKey(), scope, names, signature));
    return signed;
  }

  private static String canonicalRequest(
      String method, HttpUrl url, Map<String, String> headers, String names) {
    StringBuilder text = new StringBuilder();
    text.append(method).append('\n').append(url.encodedPath()).append("\n\n");
    headers.forEach((name, value) -> text.append(name).append(':').append(value).append('\n'));
    return text.append('\n')
        .append(names)
        .append('\n')
        .append(headers.get("x-amz-content-sha256"))
        .toString();
  }

  private byte[] signingKey(String scope) {
    byte[] key = ("AWS4" + credentials.secretKey()).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/")) {
      key = hmac(key, part);
    }
    return key;
  }

  private static String host(HttpUrl url) {
    String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
    return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException impossible) {
      throw new MergefarmException(ErrorCode.INTERNAL, "No HMAC-SHA256 here.", impossible);
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException impossible) {
      throw new MergefarmException(ErrorCode.INTERNAL, "No SHA-256 here.", impossible);
    }
  }
}
