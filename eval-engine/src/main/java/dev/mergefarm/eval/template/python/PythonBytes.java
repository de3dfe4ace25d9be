package dev.mergefarm.eval.template.python;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;

/** A {@code bytes} value, as {@code str.encode} makes it. */
public final class PythonBytes implements PythonObject {

  private final byte[] bytes;

  PythonBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  PythonBytes concatenate(PythonBytes other) {
    Budget.chargeValue((long) bytes.length + other.bytes.length);
    byte[] result = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
    System.arraycopy(other.bytes, 0, result, bytes.length, other.bytes.length);
    return new PythonBytes(result);
  }

  PythonBytes repeat(long times) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return new PythonBytes(Strings.repeat(text, times).getBytes(StandardCharsets.ISO_8859_1));
  }

  PythonBytes slice(Object from, Object to, Object by) {
    Slice slice = Slice.resolve(from, to, by, bytes.length);
    byte[] result = new byte[slice.count()];
    for (int i = 0; i < result.length; i++) {
      result[i] = bytes[slice.index(i)];
    }
    return new PythonBytes(result);
  }

  @Override
  public String typeName() {
    return "bytes";
  }

  @Override
  public String repr() {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder result = new StringBuilder("b").append(quote);
    for (char c : text.toCharArray()) {
      switch (c) {
        case '\\' -> result.append("\\\\");
        case '\n' -> result.append("\\n");
        case '\r' -> result.append("\\r");
        case '\t' -> result.append("\\t");
        default -> {
          if (c == quote) {
            result.append('\\').append(c);
          } else {
            result.append(c >= 0x20 && c < 0x7f ? String.valueOf(c) : Characters.escape(c));
          }
        }
      }
    }
    return result.append(quote).toString();
  }

  @Override
  public boolean truth() {
    return bytes.length > 0;
  }

  @Override
  public long length() {
    return bytes.length;
  }

  @Override
  public Iterator<Object> iterate() {
    List<Object> values = new ArrayList<>(bytes.length);
    for (byte value : bytes) {
      values.add((long) (value & 0xff));
    }
    return Values.iterate(values);
  }

  @Override
  public Object item(Object key) {
    return (long) (bytes[Sequences.index(key, bytes.length, "index")] & 0xff);
  }

  @Override
  public Object attribute(String name) {
    return switch (name) {
      case "decode" -> BuiltinFunction.method(name, this, this::decode);
      case "hex" ->
          BuiltinFunction.method(name, this, arguments -> HexFormat.of().formatHex(bytes));
      default -> MISSING;
    };
  }

  private Object decode(Arguments arguments) {
    String encoding = arguments.count() > 0 ? Strings.text(arguments.get(0)) : "utf-8";
    try {
      return Encodings.charset(encoding).newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new PythonException(
          PythonException.Kind.UNICODE_DECODE_ERROR,
          "'" + encoding + "' codec can't decode the bytes: invalid sequence");
    }
  }

  @Override
  public boolean same(Object other) {
    return other instanceof PythonBytes value && Arrays.equals(bytes, value.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PythonBytes value && Arrays.equals(bytes, value.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
