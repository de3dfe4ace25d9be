package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Expression.CallArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parses what follows a primary expression: attributes, items, calls, filters and tests. */
final class PostfixParser {

  private final TokenStream stream;
  private final ExpressionParser expressions;

  PostfixParser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  /** Attributes, items and calls. */
  Expression subscripts(Expression target) {
    Expression node = target;
    while (true) {
      if (stream.atOperator(".")) {
        node = attribute(node);
      } else if (stream.atOperator("[")) {
        node = item(node);
      } else if (stream.atOperator("(")) {
        node = call(node);
      } else {
        return node;
      }
    }
  }

  /** Filters, tests, and calls of their results. */
  Expression filters(Expression target) {
    Expression node = target;
    while (true) {
      if (stream.atOperator("|")) {
        node = filterChain(node, false);
      } else if (stream.atName("is")) {
        node = test(node);
      } else if (stream.atOperator("(")) {
        node = call(node);
      } else {
        return node;
      }
    }
  }

  private Expression attribute(Expression target) {
    int offset = stream.next().offset();
    Token token = stream.next();
    return switch (token.type()) {
      case NAME -> new Expression.Attribute(target, token.text(), offset);
      case INTEGER ->
          new Expression.Item(
              target, new Expression.Constant(token.value(), token.offset()), offset);
      default -> throw stream.error("expected name or number", token);
    };
  }

  private Expression item(Expression target) {
    int offset = stream.next().offset();
    List<Expression> keys = new ArrayList<>();
    Expression.SliceItem slice = null;
    while (!stream.atOperator("]")) {
      if (!keys.isEmpty() || slice != null) {
        stream.expectOperator(",");
      }
      Optional<Expression> first =
          stream.atOperator(":") ? Optional.empty() : Optional.of(expressions.expression());
      if (stream.atOperator(":")) {
        slice = slice(target, first, offset);
      } else {
        keys.add(first.orElseThrow());
      }
    }
    if (slice != null && !keys.isEmpty()) {
      throw stream.error("a slice cannot be combined with other subscripts");
    }
    stream.expectOperator("]");
    if (slice != null) {
      return slice;
    }
    Expression key = keys.size() == 1 ? keys.getFirst() : new Expression.TupleDisplay(keys, offset);
    return new Expression.Item(target, key, offset);
  }

  private Expression.SliceItem slice(Expression target, Optional<Expression> from, int offset) {
    stream.next();
    Optional<Expression> to = sliceBound();
    Optional<Expression> by = stream.skipOperator(":") ? sliceBound() : Optional.empty();
    return new Expression.SliceItem(target, from, to, by, offset);
  }

  private Optional<Expression> sliceBound() {
    boolean absent = stream.atOperator(":") || stream.atOperator("]") || stream.atOperator(",");
    return absent ? Optional.empty() : Optional.of(expressions.expression());
  }

  private Expression call(Expression callee) {
    int offset = stream.current().offset();
    return new Expression.Call(callee, arguments(), offset);
  }

  Expression filterChain(Expression target, boolean startsInline) {
    Expression node = target;
    boolean inline = startsInline;
    while (inline || stream.atOperator("|")) {
      if (!inline) {
        stream.next();
      }
      inline = false;
      int offset = stream.current().offset();
      String name = dottedName();
      CallArguments arguments = stream.atOperator("(") ? arguments() : CallArguments.NONE;
      node = new Expression.Filter(node, name, arguments, offset);
    }
    return node;
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(stream.expect(Token.Type.NAME).text());
    while (stream.skipOperator(".")) {
      name.append('.').append(stream.expect(Token.Type.NAME).text());
    }
    return name.toString();
  }

  private Expression test(Expression target) {
    int offset = stream.next().offset();
    boolean negated = stream.skipName("not");
    String name = dottedName();
    Expression test = new Expression.Test(target, name, testArguments(), offset);
    return negated ? new Expression.Not(test, offset) : test;
  }

  private CallArguments testArguments() {
    if (stream.atOperator("(")) {
      return arguments();
    }
    boolean takesOne =
        switch (stream.current().type()) {
          case NAME -> !stream.atName("else") && !stream.atName("or") && !stream.atName("and");
          case STRING, INTEGER, FLOAT -> true;
          case OPERATOR -> stream.atOperator("[") || stream.atOperator("{");
          default -> false;
        };
    if (!takesOne) {
      return CallArguments.NONE;
    }
    if (stream.atName("is")) {
      throw stream.error("You cannot chain multiple tests with is");
    }
    return CallArguments.of(subscripts(expressions.primary()));
  }

  private CallArguments arguments() {
    Token start = stream.expectOperator("(");
    ArgumentList list = new ArgumentList(start);
    boolean first = true;
    while (!stream.atOperator(")")) {
      if (!first) {
        stream.expectOperator(",");
        if (stream.atOperator(")")) {
          break;
        }
      }
      first = false;
      list.add();
    }
    stream.expectOperator(")");
    return new CallArguments(
        list.positional, list.keywords, list.extraPositional, list.extraKeywords);
  }

  private final class ArgumentList {
    private final Token start;
    private final List<Expression> positional = new ArrayList<>();
    private final List<Expression.Keyword> keywords = new ArrayList<>();
    private Optional<Expression> extraPositional = Optional.empty();
    private Optional<Expression> extraKeywords = Optional.empty();

    ArgumentList(Token start) {
      this.start = start;
    }

    void add() {
      if (stream.atOperator("*")) {
        require(extraPositional.isEmpty() && extraKeywords.isEmpty());
        stream.next();
        extraPositional = Optional.of(expressions.expression());
      } else if (stream.atOperator("**")) {
        require(extraKeywords.isEmpty());
        stream.next();
        extraKeywords = Optional.of(expressions.expression());
      } else if (stream.at(Token.Type.NAME) && stream.look().isOperator("=")) {
        require(extraKeywords.isEmpty());
        String name = stream.next().text();
        stream.next();
        keywords.add(new Expression.Keyword(name, expressions.expression()));
      } else {
        require(extraPositional.isEmpty() && extraKeywords.isEmpty() && keywords.isEmpty());
        positional.add(expressions.expression());
      }
    }

    private void require(boolean valid) {
      if (!valid) {
        throw stream.error("invalid syntax for function call expression", start);
      }
    }
  }
}
