package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Expression.CallArguments;
import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Comparison;
import dev.mergefarm.eval.template.python.Operators;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.PythonTuple;
import dev.mergefarm.eval.template.python.Sequences;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Evaluates expressions for one rendering. */
final class Evaluator {

  /** Name under which a block's text is found by its filters; no template can write it. */
  static final String BLOCK_TEXT = "(block)";

  private final Environment environment;
  private final Map<String, Object> context;
  private final Map<String, Object> converted = new HashMap<>();

  /**
   * @param context variables, as plain Java values; each is converted when first used
   */
  Evaluator(Environment environment, Map<String, Object> context) {
    this.environment = environment;
    this.context = context;
  }

  /**
   * @throws PythonException with the place of the innermost failing part
   */
  Object evaluate(Expression expression, Scope scope) {
    try {
      return dispatch(expression, scope);
    } catch (PythonException e) {
      throw e.at(expression.offset());
    }
  }

  private Object dispatch(Expression expression, Scope scope) {
    return switch (expression) {
      case Expression.Constant constant -> constant.value();
      case Expression.Name name -> lookup(name.name(), scope);
      case Expression.ListDisplay list -> evaluateAll(list.elements(), scope);
      case Expression.TupleDisplay tuple ->
          PythonTuple.copyOf(evaluateAll(tuple.elements(), scope));
      case Expression.DictDisplay dict -> dict(dict, scope);
      case Expression.Attribute attribute ->
          environment.attribute(evaluate(attribute.target(), scope), attribute.name());
      case Expression.Item item ->
          environment.item(evaluate(item.target(), scope), evaluate(item.key(), scope));
      case Expression.SliceItem slice -> slice(slice, scope);
      case Expression.Call call ->
          Values.call(evaluate(call.callee(), scope), arguments(call.arguments(), scope));
      case Expression.Filter filter -> filter(filter, scope);
      case Expression.Test test -> test(test, scope);
      case Expression.Unary unary -> unary(unary, scope);
      case Expression.Binary binary -> binary(binary, scope);
      case Expression.And and -> {
        Object left = evaluate(and.left(), scope);
        yield Values.truth(left) ? evaluate(and.right(), scope) : left;
      }
      case Expression.Or or -> {
        Object left = evaluate(or.left(), scope);
        yield Values.truth(left) ? left : evaluate(or.right(), scope);
      }
      case Expression.Not not -> !Values.truth(evaluate(not.operand(), scope));
      case Expression.Comparisons comparisons -> compare(comparisons, scope);
      case Expression.Concatenation concatenation -> concatenate(concatenation, scope);
      case Expression.Conditional conditional -> conditional(conditional, scope);
      case Expression.BlockText text -> scope.get(BLOCK_TEXT);
    };
  }

  /** A variable: assigned in the template, else given, else global, else undefined. */
  Object lookup(String name, Scope scope) {
    Object local = scope.get(name);
    if (local != PythonObject.MISSING) {
      return local;
    }
    if (context.containsKey(name)) {
      if (!converted.containsKey(name)) {
        converted.put(name, Values.fromJava(context.get(name)));
      }
      return converted.get(name);
    }
    Object global = environment.globals().getOrDefault(name, PythonObject.MISSING);
    return global == PythonObject.MISSING
        ? UndefinedValue.name(name, environment.strict())
        : global;
  }

  private List<Object> evaluateAll(List<Expression> expressions, Scope scope) {
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(evaluate(expression, scope));
    }
    return values;
  }

  private PythonDict dict(Expression.DictDisplay display, Scope scope) {
    PythonDict dict = new PythonDict();
    for (Expression.Entry entry : display.entries()) {
      Object key = evaluate(entry.key(), scope);
      dict.put(key, evaluate(entry.value(), scope));
    }
    return dict;
  }

  private Object slice(Expression.SliceItem slice, Scope scope) {
    Object target = evaluate(slice.target(), scope);
    return Sequences.slice(
        target, bound(slice.from(), scope), bound(slice.to(), scope), bound(slice.by(), scope));
  }

  private Object bound(Optional<Expression> bound, Scope scope) {
    return bound.isEmpty() ? null : evaluate(bound.get(), scope);
  }

  /** The values of a call's arguments. */
  Arguments arguments(CallArguments arguments, Scope scope) {
    List<Object> positional = evaluateAll(arguments.positional(), scope);
    Map<String, Object> keywords = new LinkedHashMap<>();
    for (Expression.Keyword keyword : arguments.keywords()) {
      if (keywords.containsKey(keyword.name())) {
        throw new PythonException(
            PythonException.Kind.TEMPLATE_SYNTAX_ERROR,
            "keyword argument repeated: " + keyword.name());
      }
      keywords.put(keyword.name(), evaluate(keyword.value(), scope));
    }
    if (arguments.extraPositional().isPresent()) {
      Object extra = evaluate(arguments.extraPositional().get(), scope);
      if (!Values.isIterable(extra)) {
        throw PythonException.typeError(
            "Value after * must be an iterable, not " + Values.typeName(extra));
      }
      positional.addAll(Values.toList(extra));
    }
    if (arguments.extraKeywords().isPresent()) {
      addKeywords(evaluate(arguments.extraKeywords().get(), scope), keywords);
    }
    return new Arguments(positional, keywords);
  }

  private void addKeywords(Object extra, Map<String, Object> keywords) {
    if (!(extra instanceof PythonDict dict)) {
      throw PythonException.typeError(
          (environment.options().sandboxed()
                  ? "jinja2.sandbox.SandboxedEnvironment.call()"
                  : "jinja2.runtime.Context.call()")
              + " argument after ** must be a mapping, not "
              + Values.typeName(extra));
    }
    for (Map.Entry<Object, Object> entry : dict.entries()) {
      if (!Strings.isText(entry.getKey())) {
        throw PythonException.typeError("keywords must be strings");
      }
      keywords.put(Strings.text(entry.getKey()), entry.getValue());
    }
  }

  private Object filter(Expression.Filter filter, Scope scope) {
    Object value = evaluate(filter.target(), scope);
    Arguments arguments = arguments(filter.arguments(), scope);
    return environment.filter(filter.name(), scope.autoescape(), value, arguments);
  }

  private Object test(Expression.Test test, Scope scope) {
    Object value = evaluate(test.target(), scope);
    return environment.test(test.name(), value, arguments(test.arguments(), scope));
  }

  private Object unary(Expression.Unary unary, Scope scope) {
    Object operand = evaluate(unary.operand(), scope);
    return switch (unary.operator()) {
      case NEGATE -> Operators.negate(operand);
      case PLUS -> Operators.plus(operand);
    };
  }

  private Object binary(Expression.Binary binary, Scope scope) {
    Object left = evaluate(binary.left(), scope);
    Object right = evaluate(binary.right(), scope);
    return switch (binary.operator()) {
      case ADD -> Operators.add(left, right);
      case SUBTRACT -> Operators.subtract(left, right);
      case MULTIPLY -> Operators.multiply(left, right);
      case DIVIDE -> Operators.divide(left, right);
      case FLOOR_DIVIDE -> Operators.floorDivide(left, right);
      case MODULO -> Operators.modulo(left, right);
      case POWER -> Operators.power(left, right);
    };
  }

  private Object compare(Expression.Comparisons comparisons, Scope scope) {
    Object left = evaluate(comparisons.first(), scope);
    for (Expression.Operand operand : comparisons.rest()) {
      Object right = evaluate(operand.value(), scope);
      boolean holds =
          switch (operand.operator()) {
            case "==" -> Comparison.equal(left, right);
            case "!=" -> !Comparison.equal(left, right);
            case "in" -> Comparison.contains(right, left);
            case "not in" -> !Comparison.contains(right, left);
            default -> Comparison.ordered(left, right, operand.operator());
          };
      if (!holds) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Object concatenate(Expression.Concatenation concatenation, Scope scope) {
    List<Object> parts = evaluateAll(concatenation.parts(), scope);
    StringBuilder result = new StringBuilder();
    for (Object part : parts) {
      String text = Printer.str(part);
      result.append(text);
      Budget.chargeGrowth(result.length(), text.length());
    }
    return result.toString();
  }

  private Object conditional(Expression.Conditional conditional, Scope scope) {
    if (Values.truth(evaluate(conditional.test(), scope))) {
      return evaluate(conditional.whenTrue(), scope);
    }
    // The implicit else is lenient even where undefined values are strict.
    return conditional.whenFalse().isPresent()
        ? evaluate(conditional.whenFalse().get(), scope)
        : UndefinedValue.hint(
            "the inline if-expression on line "
                + conditional.line()
                + " evaluated to false and no else section was defined.",
            false);
  }
}
