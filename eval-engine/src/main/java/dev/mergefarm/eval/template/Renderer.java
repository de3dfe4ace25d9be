package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Renders a body once. */
final class Renderer {

  /** Macros and recursive loops nested deeper than this end with an error. */
  static final int DEEPEST = 200;

  private static final Set<String> SPECIAL = Set.of("caller", "kwargs", "varargs");

  private final Environment environment;
  private final Evaluator evaluator;
  private final Assignment assignment;
  private final LoopRenderer loops;
  private final int outputLimit;
  private int depth;

  Renderer(Environment environment, Map<String, Object> context) {
    this.environment = environment;
    this.evaluator = new Evaluator(environment, context);
    this.assignment = new Assignment(evaluator);
    this.loops = new LoopRenderer(environment, evaluator, assignment, this);
    this.outputLimit = environment.options().outputLimit();
  }

  /** How a body ended. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  String render(List<Statement> body) {
    StringBuilder output = new StringBuilder();
    render(body, Scope.outermost(), output);
    return output.toString();
  }

  Flow render(List<Statement> body, Scope scope, StringBuilder output) {
    for (Statement statement : body) {
      Flow flow;
      try {
        flow = dispatch(statement, scope, output);
      } catch (PythonException e) {
        throw e.at(statement.offset());
      }
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow dispatch(Statement statement, Scope scope, StringBuilder output) {
    switch (statement) {
      case Statement.Text text -> write(text.text(), output);
      case Statement.Print print -> print(evaluator.evaluate(print.value(), scope), scope, output);
      case Statement.If chain -> {
        return ifChain(chain, scope, output);
      }
      case Statement.For loop -> loops.render(loop, scope, output);
      case Statement.Set set ->
          assignment.assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
      case Statement.SetBlock set ->
          assignment.assign(set.target(), filteredBody(set.filtered(), set.body(), scope), scope);
      case Statement.With with -> {
        return with(with, scope, output);
      }
      case Statement.FilterBlock filter ->
          print(filteredBody(filter.filtered(), filter.body(), scope), scope, output);
      case Statement.Macro macro ->
          scope.set(macro.name(), macro(macro.name(), macro.parameters(), macro.body(), scope));
      case Statement.CallBlock call -> callBlock(call, scope, output);
      case Statement.Block block ->
          render(block.body(), block.sealedScope() ? scope.root().inner() : scope.inner(), output);
      case Statement.AutoEscape escape -> {
        boolean enabled = Values.truth(evaluator.evaluate(escape.enabled(), scope));
        return render(escape.body(), scope.inner(enabled), output);
      }
      case Statement.External external -> refuse(external, scope);
      case Statement.Break exit -> {
        return Flow.BREAK;
      }
      case Statement.Continue next -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.NEXT;
  }

  private void write(String text, StringBuilder output) {
    output.append(text);
    Budget.charge(text.length());
    if (output.length() > outputLimit) {
      throw new PythonException(
          Kind.LIMIT, "the output passes the limit of " + outputLimit + " characters");
    }
  }

  private void print(Object value, Scope scope, StringBuilder output) {
    write(scope.autoescape() ? Markup.escape(value).text() : Printer.str(value), output);
  }

  private Flow ifChain(Statement.If chain, Scope scope, StringBuilder output) {
    for (Statement.Branch branch : chain.branches()) {
      if (Values.truth(evaluator.evaluate(branch.test(), scope))) {
        return render(branch.body(), scope, output);
      }
    }
    return render(chain.otherwise(), scope, output);
  }

  private Flow with(Statement.With with, Scope scope, StringBuilder output) {
    Scope inner = scope.inner();
    for (Statement.Binding binding : with.bindings()) {
      assignment.assign(binding.target(), evaluator.evaluate(binding.value(), scope), inner);
    }
    return render(with.body(), inner, output);
  }

  private Object filteredBody(Expression filtered, List<Statement> body, Scope scope) {
    Scope inner = scope.inner();
    Object text = captured(body, inner);
    inner.set(Evaluator.BLOCK_TEXT, text);
    return evaluator.evaluate(filtered, inner);
  }

  /** The text of a body, marked as safe where values are being escaped. */
  private Object captured(List<Statement> body, Scope scope) {
    StringBuilder output = new StringBuilder();
    render(body, scope, output);
    return scope.autoescape() ? new Markup(output.toString()) : output.toString();
  }

  private Macro macro(
      String name, List<Statement.Parameter> parameters, List<Statement> body, Scope scope) {
    return new Macro(
        name,
        parameters,
        Walker.namesUsed(body, SPECIAL),
        environment.strict(),
        bound -> deeper(() -> invoke(parameters, body, bound, scope)));
  }

  private Object invoke(
      List<Statement.Parameter> parameters,
      List<Statement> body,
      Map<String, Object> bound,
      Scope scope) {
    Scope inner = scope.inner();
    bound.forEach(
        (name, value) -> {
          if (value != PythonObject.MISSING) {
            inner.set(name, value);
          }
        });
    for (Statement.Parameter parameter : parameters) {
      if (bound.get(parameter.name()) == PythonObject.MISSING) {
        inner.set(parameter.name(), fallback(parameter, inner));
      }
    }
    return captured(body, inner);
  }

  private Object fallback(Statement.Parameter parameter, Scope scope) {
    if (parameter.fallback().isPresent()) {
      return evaluator.evaluate(parameter.fallback().get(), scope);
    }
    return environment.undefined(
        "parameter " + Printer.repr(parameter.name()) + " was not provided");
  }

  /** Runs something that may call itself. */
  <T> T deeper(Supplier<T> work) {
    if (++depth > DEEPEST) {
      throw new PythonException(Kind.RECURSION_ERROR, "maximum recursion depth exceeded");
    }
    try {
      return work.get();
    } finally {
      depth--;
    }
  }

  private void callBlock(Statement.CallBlock block, Scope scope, StringBuilder output) {
    Macro caller = macro("", block.parameters(), block.body(), scope);
    Expression.Call call = (Expression.Call) block.call();
    Object callee = evaluator.evaluate(call.callee(), scope);
    var arguments = evaluator.arguments(call.arguments(), scope);
    Map<String, Object> keywords = new LinkedHashMap<>(arguments.keywords());
    keywords.put("caller", caller);
    Object result = Values.call(callee, new Arguments(arguments.positional(), keywords));
    print(result, scope, output);
  }

  private void refuse(Statement.External external, Scope scope) {
    Object name = evaluator.evaluate(external.name(), scope);
    if (environment.options().sandboxed()) {
      throw PythonException.typeError("no loader for this environment specified");
    }
    if (!external.ignoreMissing()) {
      throw new PythonException(Kind.TEMPLATE_NOT_FOUND, Printer.str(name));
    }
  }
}
