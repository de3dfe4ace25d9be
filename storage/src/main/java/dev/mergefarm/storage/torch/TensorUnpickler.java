package dev.mergefarm.storage.torch;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.torch.StoredTensor.Storage;
import dev.mergefarm.storage.torch.StoredTensor.StorageKind;
import dev.mergefarm.storage.torch.TensorGlobals.Inert;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Runs the pickle of a checkpoint with an allow-list of instructions and of names. Whatever else it
 * asks for is refused before anything is made of it; lengths are checked against what is left of
 * the pickle before memory is taken.
 */
final class TensorUnpickler extends Unpickler {

  private static final int LONGEST_NAME = 256;

  /** Instructions without a name, a length or an effect outside the stack. */
  private static final String HARMLESS = "(.012NJKMG)}]taqhrjeQR";

  private static final List<Integer> HARMLESS_SINCE_PROTOCOL_2 =
      List.of(0x80, 0x85, 0x86, 0x87, 0x88, 0x89, 0x94, 0x95);

  private final String file;

  private TensorUnpickler(String file) {
    this.file = file;
  }

  /**
   * What the pickle describes.
   *
   * @param file for messages
   * @throws MergefarmException with {@code UNSAFE_PICKLE} for what is not allowed, {@code
   *     MALFORMED_TENSOR_FILE} for what is no pickle
   */
  static Object read(String file, byte[] pickle) {
    TensorUnpickler unpickler = new TensorUnpickler(file);
    try {
      return unpickler.load(new ByteArrayInputStream(pickle));
    } catch (MergefarmException refused) {
      throw refused;
    } catch (IOException | RuntimeException damaged) {
      throw TorchFailures.malformed(
          file, "The pickle does not describe tensors: " + damaged.getMessage() + ".");
    }
  }

  @Override
  protected Object dispatch(short instruction) throws IOException {
    switch (instruction) {
      case 'c' -> stack.add(global(line(), line()));
      case 0x93 -> {
        Object name = stack.pop();
        stack.add(global((String) stack.pop(), (String) name));
      }
      case 'b' -> dropState();
      case 's' -> {
        Object value = stack.pop();
        Object key = stack.pop();
        put(target(), key, value);
      }
      case 'u' -> putAll(stack.pop_all_since_marker());
      case 'd' -> {
        List<Object> items = stack.pop_all_since_marker();
        stack.add(new LinkedHashMap<>());
        putAll(items);
      }
      case 'U', 'C', 'X', 'T', 'B', 0x8a, 0x8b, 0x8c, 0x8d, 0x8e -> {
        checkLength(lengthBytes(instruction));
        return super.dispatch(instruction);
      }
      default -> {
        if (HARMLESS.indexOf(instruction) < 0
            && !HARMLESS_SINCE_PROTOCOL_2.contains((int) instruction)) {
          throw unsafe("its instruction 0x" + Integer.toHexString(instruction));
        }
        return super.dispatch(instruction);
      }
    }
    return NO_RETURN_VALUE;
  }

  @Override
  protected Object persistentLoad(Object reference) {
    Object[] parts = (Object[]) reference;
    boolean plain = parts.length == 5 || (parts.length == 6 && parts[5] == null);
    if (!plain
        || !"storage".equals(parts[0])
        || !(parts[1] instanceof StorageKind kind)
        || !(parts[2] instanceof String key)) {
      throw new PickleException("a reference to something that is no storage");
    }
    return new Storage(kind, key);
  }

  /** Puts an entry whose key is a text or a number; keys of ours would have to be hashed. */
  static void put(Map<Object, Object> map, Object key, Object value) {
    if (!(key instanceof String) && !(key instanceof Number)) {
      throw new PickleException("a key that is neither text nor number");
    }
    map.put(key, value);
  }

  private void putAll(List<Object> items) {
    Map<Object, Object> map = target();
    if (items.size() % 2 != 0) {
      throw new PickleException("a key without a value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      put(map, items.get(i), items.get(i + 1));
    }
  }

  @SuppressWarnings("unchecked")
  private Map<Object, Object> target() {
    return (Map<Object, Object>) stack.peek();
  }

  private Object global(String module, String name) {
    return TensorGlobals.find(module, name)
        .orElseThrow(() -> unsafe("'" + module + "." + name + "'"));
  }

  /** State dictionaries carry a record of versions that says nothing about tensors. */
  private void dropState() {
    stack.pop();
    Object owner = stack.peek();
    if (!(owner instanceof Map<?, ?>) && !(owner instanceof Inert)) {
      throw unsafe("the state of an object");
    }
  }

  /** How many bytes say how long the value of an instruction is. */
  private static int lengthBytes(short instruction) {
    return switch (instruction) {
      case 'X', 'T', 'B', 0x8b -> Integer.BYTES;
      case 0x8d, 0x8e -> Long.BYTES;
      default -> 1;
    };
  }

  /** Reads ahead how long the next value says that it is. */
  private void checkLength(int bytes) throws IOException {
    input.mark(bytes);
    byte[] stated = new byte[Long.BYTES];
    byte[] read = PickleUtils.readbytes(input, bytes);
    System.arraycopy(read, 0, stated, 0, bytes);
    long length = ByteBuffer.wrap(stated).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > input.available()) {
      throw new PickleException("a value of " + Long.toUnsignedString(length) + " bytes");
    }
    input.reset();
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int read = input.read(); read != '\n'; read = input.read()) {
      if (read < 0 || text.length() == LONGEST_NAME) {
        throw new PickleException("a name without an end");
      }
      text.append((char) read);
    }
    return text.toString();
  }

  private MergefarmException unsafe(String what) {
    return TorchFailures.failure(
        ErrorCode.UNSAFE_PICKLE,
        file,
        "The pickle asks for " + what + ", which is not needed to describe tensors.");
  }
}
