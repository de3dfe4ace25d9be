/** Merges compared with the reference program's answers. */
package dev.mergefarm.merge.golden;
