/**
 * A process of its own that runs Python helpers with nothing but its standard input and output. It
 * shares no class with the rest: what it speaks is described at {@link
 * dev.mergefarm.python.PythonHost}.
 */
package dev.mergefarm.python;
