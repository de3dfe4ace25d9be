/** Results and records in the layout of the reference program, and answers kept while they come. */
package dev.mergefarm.eval.result;
