/**
 * Arithmetic on small blocks of float32: conversion from and to stored element types, and the few
 * operations that merge methods are made of, each as plain Java, which defines the answer, and on
 * the Vector API, which gives the same bits faster.
 */
package dev.mergefarm.merge.kernel;
