package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Expression.BinaryOperator;
import dev.mergefarm.eval.template.Expression.UnaryOperator;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Parses expressions, with Jinja2's precedence: filters bind tighter than any operator. */
final class ExpressionParser {

  /** Expressions nested deeper than this are refused. */
  static final int DEEPEST = 200;

  private static final List<String> ORDERINGS = List.of("==", "!=", "<", "<=", ">", ">=");
  private static final Map<String, BinaryOperator> SUMS =
      Map.of("+", BinaryOperator.ADD, "-", BinaryOperator.SUBTRACT);
  private static final Map<String, BinaryOperator> PRODUCTS =
      Map.of(
          "*", BinaryOperator.MULTIPLY,
          "/", BinaryOperator.DIVIDE,
          "//", BinaryOperator.FLOOR_DIVIDE,
          "%", BinaryOperator.MODULO);

  private final TokenStream stream;
  private final PostfixParser postfix;
  private int depth;

  ExpressionParser(TokenStream stream) {
    this.stream = stream;
    this.postfix = new PostfixParser(stream, this);
  }

  /** An expression, inline {@code if} included. */
  Expression expression() {
    return nested(this::conditional);
  }

  /** An expression, or several with commas between: a tuple. */
  Expression tuple() {
    return tuple(this::expression, false);
  }

  /** The same without inline {@code if}. */
  Expression plainTuple() {
    return tuple(this::or, false);
  }

  Expression tuple(Supplier<Expression> element, boolean parenthesised) {
    int offset = stream.current().offset();
    List<Expression> elements = new ArrayList<>();
    boolean isTuple = false;
    while (true) {
      if (!elements.isEmpty()) {
        stream.expectOperator(",");
      }
      if (atTupleEnd()) {
        break;
      }
      elements.add(element.get());
      if (!stream.atOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (!isTuple) {
      if (!elements.isEmpty()) {
        return elements.getFirst();
      }
      if (!parenthesised) {
        throw stream.error(
            "Expected an expression, got " + Printer.repr(stream.current().describe()));
      }
    }
    return new Expression.TupleDisplay(elements, offset);
  }

  private boolean atTupleEnd() {
    return stream.at(Token.Type.VARIABLE_END)
        || stream.at(Token.Type.BLOCK_END)
        || stream.atOperator(")");
  }

  private Expression conditional() {
    int offset = stream.current().offset();
    Expression value = or();
    while (stream.skipName("if")) {
      Expression test = or();
      Optional<Expression> otherwise =
          stream.skipName("else") ? Optional.of(nested(this::conditional)) : Optional.empty();
      value = new Expression.Conditional(test, value, otherwise, stream.line(offset), offset);
      offset = stream.current().offset();
    }
    return value;
  }

  private Expression nested(Supplier<Expression> parse) {
    if (++depth > DEEPEST) {
      throw new PythonException(
              PythonException.Kind.LIMIT,
              "expressions are nested deeper than the limit of " + DEEPEST)
          .at(stream.current().offset());
    }
    try {
      return parse.get();
    } finally {
      depth--;
    }
  }

  Expression or() {
    int offset = stream.current().offset();
    Expression left = and();
    while (stream.skipName("or")) {
      left = new Expression.Or(left, and(), offset);
    }
    return left;
  }

  private Expression and() {
    int offset = stream.current().offset();
    Expression left = not();
    while (stream.skipName("and")) {
      left = new Expression.And(left, not(), offset);
    }
    return left;
  }

  private Expression not() {
    if (stream.atName("not")) {
      int offset = stream.next().offset();
      return new Expression.Not(nested(this::not), offset);
    }
    return comparison();
  }

  private Expression comparison() {
    int offset = stream.current().offset();
    Expression first = sum();
    List<Expression.Operand> rest = new ArrayList<>();
    while (true) {
      Token token = stream.current();
      if (token.type() == Token.Type.OPERATOR && ORDERINGS.contains(token.text())) {
        stream.next();
        rest.add(new Expression.Operand(token.text(), sum()));
      } else if (stream.skipName("in")) {
        rest.add(new Expression.Operand("in", sum()));
      } else if (stream.atName("not") && stream.look().isName("in")) {
        stream.next();
        stream.next();
        rest.add(new Expression.Operand("not in", sum()));
      } else {
        break;
      }
    }
    return rest.isEmpty() ? first : new Expression.Comparisons(first, rest, offset);
  }

  private Expression sum() {
    return binary(SUMS, this::concatenation);
  }

  private Expression concatenation() {
    int offset = stream.current().offset();
    List<Expression> parts = new ArrayList<>();
    parts.add(product());
    while (stream.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : new Expression.Concatenation(parts, offset);
  }

  private Expression product() {
    return binary(PRODUCTS, this::power);
  }

  private Expression power() {
    return binary(Map.of("**", BinaryOperator.POWER), () -> unary(true));
  }

  private Expression binary(Map<String, BinaryOperator> operators, Supplier<Expression> operand) {
    Expression left = operand.get();
    while (stream.at(Token.Type.OPERATOR) && operators.containsKey(stream.current().text())) {
      Token token = stream.next();
      left =
          new Expression.Binary(operators.get(token.text()), left, operand.get(), token.offset());
    }
    return left;
  }

  private Expression unary(boolean withFilter) {
    int offset = stream.current().offset();
    Expression node;
    if (stream.skipOperator("-")) {
      node = new Expression.Unary(UnaryOperator.NEGATE, nested(() -> unary(false)), offset);
    } else if (stream.skipOperator("+")) {
      node = new Expression.Unary(UnaryOperator.PLUS, nested(() -> unary(false)), offset);
    } else {
      node = primary();
    }
    node = postfix.subscripts(node);
    return withFilter ? postfix.filters(node) : node;
  }

  /** A name, a literal, or something in brackets. */
  Expression primary() {
    Token token = stream.current();
    return switch (token.type()) {
      case NAME -> name(stream.next());
      case STRING -> strings();
      case INTEGER, FLOAT -> new Expression.Constant(stream.next().value(), token.offset());
      case OPERATOR -> bracketed(token);
      default -> throw unexpected(token);
    };
  }

  private PythonException unexpected(Token token) {
    return stream.error("unexpected " + Printer.repr(token.describe()), token);
  }

  private static Expression name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Expression.Constant(true, token.offset());
      case "false", "False" -> new Expression.Constant(false, token.offset());
      case "none", "None" -> new Expression.Constant(null, token.offset());
      default -> new Expression.Name(token.text(), token.offset());
    };
  }

  private Expression strings() {
    int offset = stream.current().offset();
    StringBuilder text = new StringBuilder();
    while (stream.at(Token.Type.STRING)) {
      text.append((String) stream.next().value());
    }
    return new Expression.Constant(text.toString(), offset);
  }

  private Expression bracketed(Token token) {
    switch (token.text()) {
      case "(" -> {
        stream.next();
        Expression inside = tuple(this::expression, true);
        stream.expectOperator(")");
        return inside;
      }
      case "[" -> {
        stream.next();
        List<Expression> elements = new ArrayList<>();
        listUntil("]", () -> elements.add(expression()));
        return new Expression.ListDisplay(elements, token.offset());
      }
      case "{" -> {
        stream.next();
        List<Expression.Entry> entries = new ArrayList<>();
        listUntil("}", () -> entries.add(entry()));
        return new Expression.DictDisplay(entries, token.offset());
      }
      default -> throw unexpected(token);
    }
  }

  private void listUntil(String end, Runnable element) {
    boolean first = true;
    while (!stream.atOperator(end)) {
      if (!first) {
        stream.expectOperator(",");
      }
      if (stream.atOperator(end)) {
        break;
      }
      element.run();
      first = false;
    }
    stream.expectOperator(end);
  }

  private Expression.Entry entry() {
    Expression key = expression();
    stream.expectOperator(":");
    return new Expression.Entry(key, expression());
  }

  /** Filters behind a block's tag. */
  Expression filterChain(Expression target) {
    return postfix.filterChain(target, false);
  }

  /** The filter of a filter block, whose first name has no bar before it. */
  Expression inlineFilterChain(Expression target) {
    return postfix.filterChain(target, true);
  }
}
