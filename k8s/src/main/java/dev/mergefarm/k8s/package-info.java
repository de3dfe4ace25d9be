/** Manifests and images for the real deployment. */
package dev.mergefarm.k8s;
