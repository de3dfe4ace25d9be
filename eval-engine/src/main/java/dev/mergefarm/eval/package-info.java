/** Tasks, templates, tokenisation, inference, metrics. */
package dev.mergefarm.eval;
