/** Scores of documents, their aggregation and standard errors. */
package dev.mergefarm.eval.metric;
