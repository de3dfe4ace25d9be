package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Statement.Target;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses a template's body: data, print statements and tags. */
final class StatementParser {

  private final TokenStream stream;
  private final ExpressionParser expressions;
  private final TargetParser targets;
  private final boolean chat;
  private final Deque<String> openTags = new ArrayDeque<>();
  private final Deque<List<String>> endTags = new ArrayDeque<>();
  private final Set<String> blocks = new HashSet<>();
  private int loops;

  private StatementParser(TokenStream stream, TemplateOptions options) {
    this.stream = stream;
    this.expressions = new ExpressionParser(stream);
    this.targets = new TargetParser(stream, expressions);
    this.chat = options.dialect() == TemplateOptions.Dialect.CHAT;
  }

  /**
   * @param source normalised
   * @throws PythonException of kind TEMPLATE_SYNTAX_ERROR, with the place
   */
  static List<Statement> parse(String source, TemplateOptions options) {
    TokenStream stream = new TokenStream(Lexer.tokenize(source, options));
    return new StatementParser(stream, options).body(List.of());
  }

  /** Statements up to a tag with one of the given names, or to the end where there are none. */
  private List<Statement> body(List<String> ends) {
    List<Statement> body = new ArrayList<>();
    endTags.push(ends);
    if (endTags.size() > ExpressionParser.DEEPEST) {
      throw new PythonException(
              PythonException.Kind.LIMIT,
              "blocks are nested deeper than the limit of " + ExpressionParser.DEEPEST)
          .at(stream.current().offset());
    }
    while (!stream.at(Token.Type.END)) {
      Token token = stream.next();
      switch (token.type()) {
        case DATA -> body.add(new Statement.Text(token.text(), token.offset()));
        case VARIABLE_BEGIN -> {
          int offset = stream.current().offset();
          body.add(new Statement.Print(expressions.tuple(), offset));
          stream.expect(Token.Type.VARIABLE_END);
        }
        case BLOCK_BEGIN -> {
          if (ends.stream().anyMatch(stream::atName)) {
            endTags.pop();
            return body;
          }
          body.addAll(statement());
          stream.expect(Token.Type.BLOCK_END);
        }
        default -> throw new IllegalStateException("data expected, is " + token);
      }
    }
    endTags.pop();
    return body;
  }

  private List<Statement> bodyUntil(String... ends) {
    stream.skipOperator(":");
    stream.expect(Token.Type.BLOCK_END);
    List<Statement> body = body(List.of(ends));
    if (stream.at(Token.Type.END)) {
      endTags.push(List.of(ends));
      throw unknownTag(null, stream.current());
    }
    return body;
  }

  private List<Statement> closedBody(String end) {
    List<Statement> body = bodyUntil(end);
    stream.next();
    return body;
  }

  private List<Statement> statement() {
    Token tag = stream.current();
    if (tag.type() != Token.Type.NAME) {
      throw stream.error("tag name expected");
    }
    openTags.push(tag.text());
    List<Statement> parsed = dispatch(tag);
    openTags.pop();
    return parsed;
  }

  private List<Statement> dispatch(Token tag) {
    return switch (tag.text()) {
      case "for" -> List.of(forLoop());
      case "if" -> List.of(ifChain());
      case "set" -> List.of(set());
      case "with" -> List.of(with());
      case "macro" -> List.of(macro());
      case "call" -> List.of(callBlock());
      case "filter" -> List.of(filterBlock());
      case "block" -> List.of(block());
      case "print" -> print();
      case "autoescape" -> List.of(autoEscape());
      case "include", "import", "from", "extends" -> List.of(external());
      case "break", "continue" -> List.of(loopControl(tag));
      case "generation" -> List.of(generation(tag));
      default -> throw unknown(tag);
    };
  }

  private PythonException unknown(Token tag) {
    openTags.pop();
    return unknownTag(tag.text(), tag);
  }

  private PythonException unknownTag(String name, Token at) {
    StringBuilder message =
        new StringBuilder(
            name == null
                ? "Unexpected end of template."
                : "Encountered unknown tag " + Printer.repr(name) + ".");
    List<String> wanted = endTags.isEmpty() ? List.of() : endTags.peek();
    if (!wanted.isEmpty()) {
      String list = String.join(" or ", wanted.stream().map(Printer::repr).toList());
      boolean nesting = name != null && endTags.stream().anyMatch(ends -> ends.contains(name));
      message.append(
          nesting
              ? " You probably made a nesting mistake. Jinja is expecting this tag,"
                  + " but currently looking for "
                  + list
                  + "."
              : " Jinja was looking for the following tags: " + list + ".");
    }
    if (!openTags.isEmpty()) {
      message
          .append(" The innermost block that needs to be closed is ")
          .append(Printer.repr(openTags.peek()))
          .append('.');
    }
    return stream.error(message.toString(), at);
  }

  private Statement forLoop() {
    int offset = stream.next().offset();
    Target target = targets.target(false);
    targets.requireNotLoop(target, offset);
    stream.expectName("in");
    Expression iterable = expressions.plainTuple();
    Optional<Expression> filter =
        stream.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = stream.skipName("recursive");
    loops++;
    List<Statement> body = bodyUntil("endfor", "else");
    loops--;
    List<Statement> otherwise = stream.next().isName("endfor") ? List.of() : closedBody("endfor");
    return new Statement.For(target, iterable, filter, recursive, body, otherwise, offset);
  }

  private Statement ifChain() {
    int offset = stream.next().offset();
    List<Statement.Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    while (true) {
      Expression test = expressions.plainTuple();
      branches.add(new Statement.Branch(test, bodyUntil("elif", "else", "endif")));
      Token end = stream.next();
      if (end.isName("elif")) {
        continue;
      }
      if (end.isName("else")) {
        otherwise = closedBody("endif");
      }
      return new Statement.If(branches, otherwise, offset);
    }
  }

  private Statement set() {
    int offset = stream.next().offset();
    Target target = targets.target(true);
    if (stream.skipOperator("=")) {
      return new Statement.Set(target, expressions.tuple(), offset);
    }
    Expression filtered = expressions.filterChain(new Expression.BlockText(offset));
    return new Statement.SetBlock(target, filtered, closedBody("endset"), offset);
  }

  private Statement with() {
    int offset = stream.next().offset();
    List<Statement.Binding> bindings = new ArrayList<>();
    while (!stream.at(Token.Type.BLOCK_END)) {
      if (!bindings.isEmpty()) {
        stream.expectOperator(",");
      }
      Target target = targets.target(false);
      stream.expectOperator("=");
      bindings.add(new Statement.Binding(target, expressions.expression()));
    }
    return new Statement.With(bindings, closedBody("endwith"), offset);
  }

  private Statement macro() {
    int offset = stream.next().offset();
    String name = targets.name();
    List<Statement.Parameter> parameters = targets.parameters();
    return new Statement.Macro(name, parameters, functionBody("endmacro"), offset);
  }

  /** A body that a loop around it cannot be left from. */
  private List<Statement> functionBody(String end) {
    int outer = loops;
    loops = 0;
    List<Statement> body = closedBody(end);
    loops = outer;
    return body;
  }

  private Statement callBlock() {
    Token tag = stream.next();
    List<Statement.Parameter> parameters =
        stream.atOperator("(") ? targets.parameters() : List.of();
    Expression call = expressions.expression();
    if (!(call instanceof Expression.Call)) {
      throw stream.error("expected call", tag);
    }
    return new Statement.CallBlock(call, parameters, functionBody("endcall"), tag.offset());
  }

  private Statement filterBlock() {
    int offset = stream.next().offset();
    Expression filtered = expressions.inlineFilterChain(new Expression.BlockText(offset));
    return new Statement.FilterBlock(filtered, closedBody("endfilter"), offset);
  }

  private Statement block() {
    int offset = stream.next().offset();
    Token name = stream.expect(Token.Type.NAME);
    boolean scoped = stream.skipName("scoped");
    boolean required = stream.skipName("required");
    if (stream.atOperator("-")) {
      throw stream.error(
          "Block names in Jinja have to be valid Python identifiers and may not contain hyphens,"
              + " use an underscore instead.");
    }
    List<Statement> body = functionBody("endblock");
    boolean blank =
        body.stream()
            .allMatch(part -> part instanceof Statement.Text text && text.text().isBlank());
    if (required && !blank) {
      throw stream.error("Required blocks can only contain comments or whitespace");
    }
    stream.skipName(name.text());
    if (!blocks.add(name.text())) {
      throw new PythonException(
              PythonException.Kind.TEMPLATE_ASSERTION_ERROR,
              "block " + Printer.repr(name.text()) + " defined twice")
          .at(name.offset());
    }
    return new Statement.Block(name.text(), !scoped, body, offset);
  }

  private List<Statement> print() {
    stream.next();
    List<Statement> printed = new ArrayList<>();
    while (!stream.at(Token.Type.BLOCK_END)) {
      if (!printed.isEmpty()) {
        stream.expectOperator(",");
      }
      int offset = stream.current().offset();
      printed.add(new Statement.Print(expressions.expression(), offset));
    }
    return printed;
  }

  private Statement autoEscape() {
    int offset = stream.next().offset();
    Expression enabled = expressions.expression();
    return new Statement.AutoEscape(enabled, closedBody("endautoescape"), offset);
  }

  private Statement external() {
    Token tag = stream.next();
    Expression name = expressions.expression();
    boolean ignoreMissing = false;
    while (!stream.at(Token.Type.BLOCK_END) && !stream.at(Token.Type.END)) {
      ignoreMissing |= stream.atName("missing");
      stream.next();
    }
    boolean ignorable = ignoreMissing && tag.isName("include");
    return new Statement.External(tag.text(), name, ignorable, tag.offset());
  }

  private Statement loopControl(Token tag) {
    if (!chat) {
      throw unknown(tag);
    }
    if (loops == 0) {
      String where =
          tag.isName("break") ? "'break' outside loop" : "'continue' not properly in loop";
      throw stream.error(where);
    }
    stream.next();
    return tag.isName("break")
        ? new Statement.Break(tag.offset())
        : new Statement.Continue(tag.offset());
  }

  private Statement generation(Token tag) {
    if (!chat) {
      throw unknown(tag);
    }
    stream.next();
    return new Statement.Block("", false, functionBody("endgeneration"), tag.offset());
  }
}
