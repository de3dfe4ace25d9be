package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.BuiltinFunction;
import dev.mergefarm.eval.template.python.Comparison;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonIterator;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.PythonTuple;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** The {@code loop} variable: where a loop stands. */
final class LoopContext implements PythonObject {

  private final Object iterable;
  private final boolean sized;
  private final int depth;
  private final Function<Object, Object> recursion;
  private final boolean strict;
  private Iterator<Object> iterator;
  private long index = -1;
  private long length = -1;
  private Object previous = MISSING;
  private Object current = MISSING;
  private List<Object> lastChanged;

  /**
   * @param iterable what the loop was given
   * @param iterator its elements, filtered
   * @param sized whether the elements are exactly the iterable's
   * @param depth 0 for the outermost of recursive loops
   * @param recursion renders the loop again over other elements, or null
   */
  LoopContext(
      Object iterable,
      Iterator<Object> iterator,
      boolean sized,
      int depth,
      Function<Object, Object> recursion,
      boolean strict) {
    this.iterable = iterable;
    this.iterator = iterator;
    this.sized = sized;
    this.depth = depth;
    this.recursion = recursion;
    this.strict = strict;
  }

  boolean hasNext() {
    return iterator.hasNext();
  }

  Object advance() {
    previous = current;
    current = iterator.next();
    index++;
    return current;
  }

  private long loopLength() {
    if (length < 0) {
      if (sized && !(iterable instanceof PythonIterator)) {
        length = Values.length(iterable);
      } else {
        List<Object> rest = new ArrayList<>();
        while (iterator.hasNext()) {
          rest.add(iterator.next());
          Budget.chargeGrowth(rest.size(), 1);
        }
        iterator = rest.iterator();
        length = index + 1 + rest.size();
      }
    }
    return length;
  }

  private Object nextItem() {
    if (!iterator.hasNext()) {
      return UndefinedValue.hint("there is no next item", strict);
    }
    Object next = iterator.next();
    Iterator<Object> rest = iterator;
    iterator =
        new Iterator<>() {
          private boolean taken;

          @Override
          public boolean hasNext() {
            return !taken || rest.hasNext();
          }

          @Override
          public Object next() {
            if (taken) {
              return rest.next();
            }
            taken = true;
            return next;
          }
        };
    return next;
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }

  @Override
  public String moduleName() {
    return "jinja2.runtime.";
  }

  @Override
  public String repr() {
    return "<LoopContext " + (index + 1) + "/" + loopLength() + ">";
  }

  @Override
  public Object attribute(String name) {
    return switch (name) {
      case "index" -> index + 1;
      case "index0" -> index;
      case "revindex" -> loopLength() - index;
      case "revindex0" -> loopLength() - index - 1;
      case "first" -> index == 0;
      case "last" -> !iterator.hasNext();
      case "length" -> loopLength();
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" ->
          previous == MISSING ? UndefinedValue.hint("there is no previous item", strict) : previous;
      case "nextitem" -> nextItem();
      case "cycle" -> BuiltinFunction.function("cycle", this::cycle);
      case "changed" -> BuiltinFunction.function("changed", this::changed);
      default -> MISSING;
    };
  }

  private Object cycle(Arguments arguments) {
    if (arguments.count() == 0) {
      throw PythonException.typeError("no items for cycling given");
    }
    return arguments.get((int) (index % arguments.count()));
  }

  private Object changed(Arguments arguments) {
    boolean same =
        lastChanged != null
            && Comparison.equal(
                PythonTuple.copyOf(lastChanged), PythonTuple.copyOf(arguments.positional()));
    lastChanged = arguments.positional();
    return !same;
  }

  @Override
  public boolean callable() {
    return true;
  }

  @Override
  public Object call(Arguments arguments) {
    if (recursion == null) {
      throw PythonException.typeError(
          "The loop must have the 'recursive' marker to be called recursively.");
    }
    if (arguments.count() != 1) {
      throw PythonException.typeError(
          "LoopContext.__call__() takes 2 positional arguments but "
              + (arguments.count() + 1)
              + " were given");
    }
    return recursion.apply(arguments.get(0));
  }
}
