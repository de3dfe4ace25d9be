package dev.mergefarm.eval.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Frees every native object made on this thread while the scope is open, except those that are
 * kept. Scopes nest: what an inner scope keeps belongs to the enclosing one, or to the caller where
 * there is none. Confined to one thread and closed in reverse order of opening.
 */
public final class TensorScope implements AutoCloseable {

  private final PointerScope pointers = new PointerScope();
  private final List<Pointer> kept = new ArrayList<>(2);

  /** Hands a native object made in this scope to the enclosing scope when this one closes. */
  public <T extends Pointer> T keep(T pointer) {
    pointer.retainReference();
    kept.add(pointer);
    return pointer;
  }

  /** Makes this scope free a native object that was taken out of all scopes. */
  public <T extends Pointer> T adopt(T pointer) {
    pointers.attach(pointer);
    return pointer;
  }

  /**
   * Takes a native object out of all scopes; the caller frees it with {@link Pointer#close()},
   * exactly once.
   */
  public static <T extends Pointer> T own(T pointer) {
    pointer.retainReference();
    return pointer;
  }

  @Override
  public void close() {
    pointers.close();
    PointerScope enclosing = PointerScope.getInnerScope();
    for (Pointer pointer : kept) {
      if (enclosing != null) {
        enclosing.attach(pointer);
        pointer.releaseReference();
      }
    }
  }
}
