package dev.mergefarm.eval.template;

/**
 * One token of a template.
 *
 * @param type what it is
 * @param text data between tags, a name, an operator as written, or a literal's source
 * @param value the value of a literal; else null
 * @param offset of its first character in the normalised source
 */
record Token(Type type, String text, Object value, int offset) {

  /** Kinds of token; the text is what messages call them. */
  enum Type {
    DATA("template data / text"),
    BLOCK_BEGIN("begin of statement block"),
    BLOCK_END("end of statement block"),
    VARIABLE_BEGIN("begin of print statement"),
    VARIABLE_END("end of print statement"),
    NAME("name"),
    INTEGER("integer"),
    FLOAT("float"),
    STRING("string"),
    OPERATOR("operator"),
    END("end of template");

    private final String description;

    Type(String description) {
      this.description = description;
    }

    String description() {
      return description;
    }
  }

  boolean isName(String name) {
    return type == Type.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return type == Type.OPERATOR && text.equals(operator);
  }

  /** How messages show this token. */
  String describe() {
    return switch (type) {
      case NAME, OPERATOR -> text;
      case INTEGER -> "integer";
      case FLOAT -> "float";
      case STRING -> "string";
      default -> type.description();
    };
  }
}
