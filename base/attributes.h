/* SPDX-License-Identifier: Apache-2.0 */
/* Compiler features, named once. */
#ifndef CS_BASE_ATTRIBUTES_H
#define CS_BASE_ATTRIBUTES_H

/* The result must be checked; every fallible function has this attribute. */
#define CS_MUST_USE __attribute__((warn_unused_result))

/* printf-like: `text` and `first` are argument positions counted from 1. */
#define CS_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* The variable is released by `function(&variable)` when its scope ends. */
#define CS_AUTO(function) __attribute__((cleanup(function)))

/* For a function whose variables would otherwise be on the stack while its caller waits. */
#define CS_OWN_FRAME __attribute__((noinline))

#define CS_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
