package dev.mergefarm.eval.template.python;

/**
 * An exception as Python would raise it: the name of its class and its text. It carries no stack
 * trace; the engine adds the place in the template where it arose, once.
 */
public final class PythonException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final int NOWHERE = -1;

  /** Classes of exceptions that the engine raises or tells apart. */
  public enum Kind {
    TYPE_ERROR("TypeError"),
    VALUE_ERROR("ValueError"),
    INDEX_ERROR("IndexError"),
    KEY_ERROR("KeyError"),
    ATTRIBUTE_ERROR("AttributeError"),
    ZERO_DIVISION_ERROR("ZeroDivisionError"),
    OVERFLOW_ERROR("OverflowError"),
    LOOKUP_ERROR("LookupError"),
    UNICODE_ENCODE_ERROR("UnicodeEncodeError"),
    UNICODE_DECODE_ERROR("UnicodeDecodeError"),
    ASSERTION_ERROR("AssertionError"),
    RUNTIME_ERROR("RuntimeError"),
    REGEX_ERROR("error"),
    STOP_ITERATION("StopIteration"),
    RECURSION_ERROR("RecursionError"),
    UNDEFINED_ERROR("UndefinedError"),
    SECURITY_ERROR("SecurityError"),
    TEMPLATE_ERROR("TemplateError"),
    TEMPLATE_SYNTAX_ERROR("TemplateSyntaxError"),
    TEMPLATE_ASSERTION_ERROR("TemplateAssertionError"),
    TEMPLATE_RUNTIME_ERROR("TemplateRuntimeError"),
    TEMPLATE_NOT_FOUND("TemplateNotFound"),
    FILTER_ARGUMENT_ERROR("FilterArgumentError"),
    /** A stated limit of this engine, which Python does not have. */
    LIMIT("LimitError");

    private final String pythonName;

    Kind(String pythonName) {
      this.pythonName = pythonName;
    }

    /** The class name that Python prints. */
    public String pythonName() {
      return pythonName;
    }
  }

  private final Kind kind;
  private int offset = NOWHERE;

  public PythonException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  public static PythonException typeError(String message) {
    return new PythonException(Kind.TYPE_ERROR, message);
  }

  public static PythonException valueError(String message) {
    return new PythonException(Kind.VALUE_ERROR, message);
  }

  public static PythonException indexError(String message) {
    return new PythonException(Kind.INDEX_ERROR, message);
  }

  /** A missing key; Python prints the key's repr as the text. */
  public static PythonException keyError(Object key) {
    return new PythonException(Kind.KEY_ERROR, Printer.repr(key));
  }

  public static PythonException attributeError(Object owner, String name) {
    return new PythonException(
        Kind.ATTRIBUTE_ERROR,
        "'" + Values.typeName(owner) + "' object has no attribute '" + name + "'");
  }

  public Kind kind() {
    return kind;
  }

  /** Whether the failure is one that item and attribute access turn into an undefined value. */
  public boolean isLookupFailure() {
    return switch (kind) {
      case TYPE_ERROR, INDEX_ERROR, KEY_ERROR, LOOKUP_ERROR, ATTRIBUTE_ERROR -> true;
      default -> false;
    };
  }

  /** What Python prints for an uncaught exception: class name, colon, text. */
  public String describe() {
    return kind.pythonName() + ": " + getMessage();
  }

  /** Offset of the failing node in the template's source, or -1 where none is known yet. */
  public int offset() {
    return offset;
  }

  /** Records where the failure arose, unless a more precise place is known already. */
  public PythonException at(int place) {
    if (offset == NOWHERE) {
      offset = place;
    }
    return this;
  }
}
