/** How examples are drawn, with Python's generator reproduced bit for bit. */
package dev.mergefarm.eval.fewshot;
