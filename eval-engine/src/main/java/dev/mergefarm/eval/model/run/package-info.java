/** Running a graph over batches of tokens: layouts, caches, budgets, plans, worker threads. */
package dev.mergefarm.eval.model.run;
