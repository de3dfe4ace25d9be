package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import java.util.List;

/** The tokens of a template with a current position. */
final class TokenStream {

  private final Lexer.Result lexed;
  private int position;

  TokenStream(Lexer.Result lexed) {
    this.lexed = lexed;
    requireToken(0);
  }

  private Token requireToken(int index) {
    List<Token> tokens = lexed.tokens();
    if (index < tokens.size()) {
      return tokens.get(index);
    }
    if (lexed.failure() != null) {
      throw lexed.failure();
    }
    return tokens.getLast();
  }

  Token current() {
    return requireToken(position);
  }

  /** The line, from 1, of an offset in the source. */
  int line(int offset) {
    return 1 + (int) lexed.source().substring(0, offset).chars().filter(c -> c == '\n').count();
  }

  /** The token behind the current one. */
  Token look() {
    return requireToken(position + 1);
  }

  /** Answers the current token and moves on. */
  Token next() {
    Token token = current();
    requireToken(++position);
    return token;
  }

  boolean atOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean atName(String name) {
    return current().isName(name);
  }

  boolean at(Token.Type type) {
    return current().type() == type;
  }

  boolean skipOperator(String operator) {
    boolean found = atOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipName(String name) {
    boolean found = atName(name);
    if (found) {
      next();
    }
    return found;
  }

  Token expectOperator(String operator) {
    if (!atOperator(operator)) {
      throw expected(operator);
    }
    return next();
  }

  Token expectName(String name) {
    if (!atName(name)) {
      throw expected(name);
    }
    return next();
  }

  Token expect(Token.Type type) {
    if (!at(type)) {
      throw expected(type.description());
    }
    return next();
  }

  private PythonException expected(String what) {
    if (at(Token.Type.END)) {
      return error("unexpected end of template, expected " + Printer.repr(what) + ".");
    }
    return error(
        "expected token " + Printer.repr(what) + ", got " + Printer.repr(current().describe()));
  }

  /** A syntax error at the current token. */
  PythonException error(String message) {
    return error(message, current());
  }

  PythonException error(String message, Token token) {
    return new PythonException(PythonException.Kind.TEMPLATE_SYNTAX_ERROR, message)
        .at(token.offset());
  }
}
