/** Data sets of tasks: finding their files, reading them, giving columns one type. */
package dev.mergefarm.eval.data;
