package dev.mergefarm.eval.template;

import java.util.List;
import java.util.Optional;

/** An expression. Each node knows the offset in the source that errors point at. */
sealed interface Expression {

  int offset();

  record Constant(Object value, int offset) implements Expression {}

  record Name(String name, int offset) implements Expression {}

  record ListDisplay(List<Expression> elements, int offset) implements Expression {}

  record TupleDisplay(List<Expression> elements, int offset) implements Expression {}

  record DictDisplay(List<Entry> entries, int offset) implements Expression {}

  record Entry(Expression key, Expression value) {}

  /** {@code target.name}: the attribute first, then the item. */
  record Attribute(Expression target, String name, int offset) implements Expression {}

  /** {@code target[key]}: the item first, then the attribute. */
  record Item(Expression target, Expression key, int offset) implements Expression {}

  record SliceItem(
      Expression target,
      Optional<Expression> from,
      Optional<Expression> to,
      Optional<Expression> by,
      int offset)
      implements Expression {}

  record Call(Expression callee, CallArguments arguments, int offset) implements Expression {}

  /** A filter; the target is absent for the body of a filter block. */
  record Filter(Expression target, String name, CallArguments arguments, int offset)
      implements Expression {}

  record Test(Expression target, String name, CallArguments arguments, int offset)
      implements Expression {}

  record Unary(UnaryOperator operator, Expression operand, int offset) implements Expression {}

  record Binary(BinaryOperator operator, Expression left, Expression right, int offset)
      implements Expression {}

  record And(Expression left, Expression right, int offset) implements Expression {}

  record Or(Expression left, Expression right, int offset) implements Expression {}

  record Not(Expression operand, int offset) implements Expression {}

  /** {@code a < b <= c ...}: each middle operand is evaluated once. */
  record Comparisons(Expression first, List<Operand> rest, int offset) implements Expression {}

  record Operand(String operator, Expression value) {}

  /** {@code a ~ b ~ c}. */
  record Concatenation(List<Expression> parts, int offset) implements Expression {}

  /**
   * {@code whenTrue if test else whenFalse}.
   *
   * @param line of its start, which its message names
   */
  record Conditional(
      Expression test, Expression whenTrue, Optional<Expression> whenFalse, int line, int offset)
      implements Expression {}

  /** The value that the body of a block leaves: what filter blocks and block assignments filter. */
  record BlockText(int offset) implements Expression {}

  record Keyword(String name, Expression value) {}

  /** Arguments of a call, filter or test as written. */
  record CallArguments(
      List<Expression> positional,
      List<Keyword> keywords,
      Optional<Expression> extraPositional,
      Optional<Expression> extraKeywords) {

    static final CallArguments NONE =
        new CallArguments(List.of(), List.of(), Optional.empty(), Optional.empty());

    static CallArguments of(Expression only) {
      return new CallArguments(List.of(only), List.of(), Optional.empty(), Optional.empty());
    }
  }

  /** Arithmetic with one operand. */
  enum UnaryOperator {
    NEGATE,
    PLUS
  }

  /** Arithmetic with two operands. */
  enum BinaryOperator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    FLOOR_DIVIDE,
    MODULO,
    POWER
  }
}
