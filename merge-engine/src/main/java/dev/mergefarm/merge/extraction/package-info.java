/** Low-rank adapters taken from the difference of two models. */
package dev.mergefarm.merge.extraction;
