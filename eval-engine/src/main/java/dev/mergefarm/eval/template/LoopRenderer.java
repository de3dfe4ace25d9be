package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.Values;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Renders {@code for} loops. */
final class LoopRenderer {

  private final Environment environment;
  private final Evaluator evaluator;
  private final Assignment assignment;
  private final Renderer renderer;

  LoopRenderer(
      Environment environment, Evaluator evaluator, Assignment assignment, Renderer renderer) {
    this.environment = environment;
    this.evaluator = evaluator;
    this.assignment = assignment;
    this.renderer = renderer;
  }

  void render(Statement.For loop, Scope scope, StringBuilder output) {
    run(loop, evaluator.evaluate(loop.iterable(), scope), scope, 0, output);
  }

  private void run(
      Statement.For loop, Object iterable, Scope scope, int depth, StringBuilder output) {
    Iterator<Object> elements = Values.iterate(iterable);
    LoopContext context =
        new LoopContext(
            iterable,
            loop.filter().isPresent() ? filtered(loop, elements, scope) : elements,
            loop.filter().isEmpty(),
            depth,
            loop.recursive() ? inner -> recurse(loop, inner, scope, depth + 1) : null,
            environment.strict());
    boolean entered = false;
    while (context.hasNext()) {
      entered = true;
      Budget.charge(1);
      Scope inner = scope.inner();
      inner.set("loop", context);
      assignment.assign(loop.target(), context.advance(), inner);
      if (renderer.render(loop.body(), inner, output) == Renderer.Flow.BREAK) {
        break;
      }
    }
    if (!entered) {
      renderer.render(loop.otherwise(), scope.inner(), output);
    }
  }

  private Object recurse(Statement.For loop, Object iterable, Scope scope, int depth) {
    StringBuilder output = new StringBuilder();
    return renderer.deeper(
        () -> {
          run(loop, iterable, scope, depth, output);
          return scope.autoescape() ? new Markup(output.toString()) : output.toString();
        });
  }

  /** The elements for which the loop's condition holds, tested one ahead of their use. */
  private Iterator<Object> filtered(Statement.For loop, Iterator<Object> elements, Scope scope) {
    Expression condition = loop.filter().orElseThrow();
    return new Iterator<>() {
      private boolean found;
      private Object element;

      @Override
      public boolean hasNext() {
        while (!found && elements.hasNext()) {
          element = elements.next();
          Scope inner = scope.inner();
          assignment.assign(loop.target(), element, inner);
          found = Values.truth(evaluator.evaluate(condition, inner));
        }
        return found;
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        found = false;
        return element;
      }
    };
  }
}
