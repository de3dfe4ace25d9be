/** Row filters in Python that are understood from their source, and need no Python to run. */
package dev.mergefarm.eval.function.rows;
