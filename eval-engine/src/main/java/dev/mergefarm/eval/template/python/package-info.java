/**
 * Python's values as templates see them. {@code None} is null; {@code bool}, {@code str} and {@code
 * float} are Boolean, String and Double; {@code int} is Long where it fits, else BigInteger; {@code
 * list} is {@link java.util.List}; {@code dict} is {@link
 * dev.mergefarm.eval.template.python.PythonDict}; all else is a {@link
 * dev.mergefarm.eval.template.python.PythonObject}.
 */
package dev.mergefarm.eval.template.python;
