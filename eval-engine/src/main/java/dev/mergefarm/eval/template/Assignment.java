package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Statement.Target;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Gives values to names, members of namespaces, and several of them at once. */
final class Assignment {

  private final Evaluator evaluator;

  Assignment(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  void assign(Target target, Object value, Scope scope) {
    switch (target) {
      case Target.Variable variable -> scope.set(variable.name(), value);
      case Target.Member member -> assignMember(member, value, scope);
      case Target.Unpacked unpacked -> {
        List<Object> values = unpack(value, unpacked.targets().size());
        for (int i = 0; i < values.size(); i++) {
          assign(unpacked.targets().get(i), values.get(i), scope);
        }
      }
    }
  }

  private void assignMember(Target.Member member, Object value, Scope scope) {
    Object owner = evaluator.lookup(member.namespace(), scope);
    if (!(owner instanceof Namespace namespace)) {
      throw new PythonException(
              Kind.TEMPLATE_RUNTIME_ERROR, "cannot assign attribute on non-namespace object")
          .at(member.offset());
    }
    namespace.set(member.attribute(), value);
  }

  private static List<Object> unpack(Object value, int count) {
    if (!Values.isIterable(value)) {
      throw PythonException.typeError(
          "cannot unpack non-iterable " + Values.typeName(value) + " object");
    }
    Iterator<Object> iterator = Values.iterate(value);
    List<Object> values = new ArrayList<>(count);
    while (iterator.hasNext()) {
      if (values.size() == count) {
        throw PythonException.valueError("too many values to unpack (expected " + count + ")");
      }
      values.add(iterator.next());
    }
    if (values.size() < count) {
      throw PythonException.valueError(
          "not enough values to unpack (expected " + count + ", got " + values.size() + ")");
    }
    return values;
  }
}
