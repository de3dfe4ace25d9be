/** Plans of requests made from tasks and documents, and their scoring. */
package dev.mergefarm.eval.run;
