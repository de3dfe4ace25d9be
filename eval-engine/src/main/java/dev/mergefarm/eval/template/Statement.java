package dev.mergefarm.eval.template;

import java.util.List;
import java.util.Optional;

/** A piece of a template's body. */
sealed interface Statement {

  int offset();

  record Text(String text, int offset) implements Statement {}

  record Print(Expression value, int offset) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise, int offset) implements Statement {}

  record Branch(Expression test, List<Statement> body) {}

  record For(
      Target target,
      Expression iterable,
      Optional<Expression> filter,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int offset)
      implements Statement {}

  record Set(Target target, Expression value, int offset) implements Statement {}

  /** {@code set x} with a body; the filters are applied to the body's text. */
  record SetBlock(Target target, Expression filtered, List<Statement> body, int offset)
      implements Statement {}

  record With(List<Binding> bindings, List<Statement> body, int offset) implements Statement {}

  record Binding(Target target, Expression value) {}

  record FilterBlock(Expression filtered, List<Statement> body, int offset) implements Statement {}

  record Macro(String name, List<Parameter> parameters, List<Statement> body, int offset)
      implements Statement {}

  record Parameter(String name, Optional<Expression> fallback) {}

  record CallBlock(Expression call, List<Parameter> parameters, List<Statement> body, int offset)
      implements Statement {}

  /** A named block or one that marks generated text: renders in a scope of its own. */
  record Block(String name, boolean sealedScope, List<Statement> body, int offset)
      implements Statement {}

  record AutoEscape(Expression enabled, List<Statement> body, int offset) implements Statement {}

  /** A tag that would load another template. */
  record External(String tag, Expression name, boolean ignoreMissing, int offset)
      implements Statement {}

  record Break(int offset) implements Statement {}

  record Continue(int offset) implements Statement {}

  /** What is assigned to. */
  sealed interface Target {

    record Variable(String name) implements Target {}

    /** {@code namespace.attribute}. */
    record Member(String namespace, String attribute, int offset) implements Target {}

    record Unpacked(List<Target> targets) implements Target {}
  }
}
