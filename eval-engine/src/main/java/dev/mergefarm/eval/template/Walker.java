package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Expression.CallArguments;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Visits every expression of a body, in reading order. */
final class Walker {

  private final Visitor visitor;

  private Walker(Visitor visitor) {
    this.visitor = visitor;
  }

  /** Sees each expression. */
  @FunctionalInterface
  interface Visitor {
    /**
     * @param soft whether the expression is evaluated only if some condition holds
     */
    void visit(Expression expression, boolean soft);
  }

  static void walk(List<Statement> body, Visitor visitor) {
    new Walker(visitor).statements(body, false);
  }

  /** Which of some names a body reads. */
  static Set<String> namesUsed(List<Statement> body, Set<String> wanted) {
    Set<String> used = new HashSet<>();
    walk(
        body,
        (expression, soft) -> {
          if (expression instanceof Expression.Name name && wanted.contains(name.name())) {
            used.add(name.name());
          }
        });
    return used;
  }

  private void statements(List<Statement> body, boolean soft) {
    body.forEach(statement -> statement(statement, soft));
  }

  private void statement(Statement statement, boolean soft) {
    switch (statement) {
      case Statement.Text text -> {}
      case Statement.Print print -> expression(print.value(), soft);
      case Statement.If chain -> {
        for (Statement.Branch branch : chain.branches()) {
          expression(branch.test(), true);
          statements(branch.body(), true);
        }
        statements(chain.otherwise(), true);
      }
      case Statement.For loop -> {
        expression(loop.iterable(), soft);
        loop.filter().ifPresent(filter -> expression(filter, false));
        statements(loop.body(), false);
        statements(loop.otherwise(), false);
      }
      case Statement.Set set -> expression(set.value(), soft);
      case Statement.SetBlock set -> filtered(set.filtered(), set.body());
      case Statement.With with -> {
        with.bindings().forEach(binding -> expression(binding.value(), soft));
        statements(with.body(), false);
      }
      case Statement.FilterBlock filter -> filtered(filter.filtered(), filter.body());
      case Statement.Macro macro -> function(macro.parameters(), macro.body());
      case Statement.CallBlock call -> {
        function(call.parameters(), call.body());
        expression(call.call(), soft);
      }
      case Statement.Block block -> statements(block.body(), false);
      case Statement.AutoEscape escape -> {
        expression(escape.enabled(), soft);
        statements(escape.body(), soft);
      }
      case Statement.External external -> expression(external.name(), soft);
      case Statement.Break exit -> {}
      case Statement.Continue next -> {}
    }
  }

  private void filtered(Expression filter, List<Statement> body) {
    statements(body, false);
    expression(filter, false);
  }

  private void function(List<Statement.Parameter> parameters, List<Statement> body) {
    parameters.forEach(
        parameter -> parameter.fallback().ifPresent(fallback -> expression(fallback, false)));
    statements(body, false);
  }

  private void expressions(List<Expression> expressions, boolean soft) {
    expressions.forEach(expression -> expression(expression, soft));
  }

  private void expression(Expression expression, boolean soft) {
    visitor.visit(expression, soft);
    switch (expression) {
      case Expression.Constant constant -> {}
      case Expression.Name name -> {}
      case Expression.BlockText text -> {}
      case Expression.ListDisplay list -> expressions(list.elements(), soft);
      case Expression.TupleDisplay tuple -> expressions(tuple.elements(), soft);
      case Expression.DictDisplay dict ->
          dict.entries().forEach(e -> expressions(List.of(e.key(), e.value()), soft));
      case Expression.Attribute attribute -> expression(attribute.target(), soft);
      case Expression.Item item -> expressions(List.of(item.target(), item.key()), soft);
      case Expression.SliceItem slice -> {
        expression(slice.target(), soft);
        slice.from().ifPresent(bound -> expression(bound, soft));
        slice.to().ifPresent(bound -> expression(bound, soft));
        slice.by().ifPresent(bound -> expression(bound, soft));
      }
      case Expression.Call call -> called(call.callee(), call.arguments(), soft);
      case Expression.Filter filter -> called(filter.target(), filter.arguments(), soft);
      case Expression.Test test -> called(test.target(), test.arguments(), soft);
      case Expression.Unary unary -> expression(unary.operand(), soft);
      case Expression.Binary binary -> expressions(List.of(binary.left(), binary.right()), soft);
      case Expression.And and -> expressions(List.of(and.left(), and.right()), soft);
      case Expression.Or or -> expressions(List.of(or.left(), or.right()), soft);
      case Expression.Not not -> expression(not.operand(), soft);
      case Expression.Comparisons comparisons -> {
        expression(comparisons.first(), soft);
        comparisons.rest().forEach(operand -> expression(operand.value(), soft));
      }
      case Expression.Concatenation concatenation -> expressions(concatenation.parts(), soft);
      case Expression.Conditional conditional -> {
        expression(conditional.test(), true);
        expression(conditional.whenTrue(), true);
        conditional.whenFalse().ifPresent(otherwise -> expression(otherwise, true));
      }
    }
  }

  private void called(Expression callee, CallArguments arguments, boolean soft) {
    expression(callee, soft);
    expressions(arguments.positional(), soft);
    arguments.keywords().forEach(keyword -> expression(keyword.value(), soft));
    arguments.extraPositional().ifPresent(extra -> expression(extra, soft));
    arguments.extraKeywords().ifPresent(extra -> expression(extra, soft));
  }
}
