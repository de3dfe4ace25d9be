/** Plans: every output tensor with its inputs, numbers and place, known before the work starts. */
package dev.mergefarm.merge.plan;
