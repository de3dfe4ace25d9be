package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Statement.Target;
import dev.mergefarm.eval.template.python.PythonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parses what can be assigned to, and parameter lists. */
final class TargetParser {

  private final TokenStream stream;
  private final ExpressionParser expressions;

  TargetParser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  /** A plain name. */
  String name() {
    Token token = stream.expect(Token.Type.NAME);
    requireAssignable(token);
    return token.text();
  }

  private void requireAssignable(Token token) {
    switch (token.text()) {
      case "true", "false", "none", "True", "False", "None" ->
          throw stream.error("can't assign to 'name'", token);
      default -> {}
    }
  }

  /**
   * A name, a member of a namespace, or several with commas between.
   *
   * @param members whether members are allowed
   */
  Target target(boolean members) {
    Token start = stream.current();
    return convert(expressions.tuple(() -> element(members), false), start);
  }

  private Expression element(boolean members) {
    Token token = stream.current();
    if (members && token.type() == Token.Type.NAME && stream.look().isOperator(".")) {
      stream.next();
      stream.next();
      Token attribute = stream.expect(Token.Type.NAME);
      return new Expression.Attribute(
          new Expression.Name(token.text(), token.offset()), attribute.text(), token.offset());
    }
    return expressions.primary();
  }

  private Target convert(Expression parsed, Token start) {
    return switch (parsed) {
      case Expression.Name name -> new Target.Variable(name.name());
      case Expression.Attribute(Expression.Name owner, String attribute, int offset) ->
          new Target.Member(owner.name(), attribute, offset);
      case Expression.TupleDisplay tuple ->
          new Target.Unpacked(
              tuple.elements().stream().map(element -> convert(element, start)).toList());
      case Expression.Constant constant -> throw notAssignable("const", start);
      case Expression.ListDisplay list -> throw notAssignable("list", start);
      case Expression.DictDisplay dict -> throw notAssignable("dict", start);
      default -> throw notAssignable("expression", start);
    };
  }

  private PythonException notAssignable(String what, Token at) {
    return stream.error("can't assign to '" + what + "'", at);
  }

  /** A parameter list in parentheses. */
  List<Statement.Parameter> parameters() {
    List<Statement.Parameter> parameters = new ArrayList<>();
    boolean defaults = false;
    stream.expectOperator("(");
    while (!stream.atOperator(")")) {
      if (!parameters.isEmpty()) {
        stream.expectOperator(",");
      }
      Token token = stream.current();
      String name = name();
      if (parameters.stream().anyMatch(parameter -> parameter.name().equals(name))) {
        throw stream.error("duplicate argument '" + name + "' in macro definition", token);
      }
      if (stream.skipOperator("=")) {
        defaults = true;
        parameters.add(new Statement.Parameter(name, Optional.of(expressions.expression())));
      } else if (defaults) {
        throw stream.error("non-default argument follows default argument");
      } else {
        parameters.add(new Statement.Parameter(name, Optional.empty()));
      }
    }
    stream.expectOperator(")");
    return parameters;
  }

  /** The name {@code loop} belongs to the loop itself. */
  void requireNotLoop(Target target, int offset) {
    boolean taken =
        switch (target) {
          case Target.Variable variable -> variable.name().equals("loop");
          case Target.Member member -> false;
          case Target.Unpacked unpacked -> {
            unpacked.targets().forEach(part -> requireNotLoop(part, offset));
            yield false;
          }
        };
    if (taken) {
      throw new PythonException(
              PythonException.Kind.TEMPLATE_ASSERTION_ERROR,
              "Can't assign to special loop variable in for-loop target")
          .at(offset);
    }
  }
}
