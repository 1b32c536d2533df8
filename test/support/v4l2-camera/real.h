// The C library's own function behind an interposed name. Looked up at the first call, since other libraries'
// constructors may call before this library's would run.
#pragma once

#include <dlfcn.h>
#include <stdatomic.h>

#define REAL(name)                                                        \
  ({                                                                      \
    static _Atomic(void *) slot;                                          \
    void *found = atomic_load_explicit(&slot, memory_order_relaxed);      \
    if (!found) {                                                         \
      found = dlsym(RTLD_NEXT, #name);                                    \
      atomic_store_explicit(&slot, found, memory_order_relaxed);          \
    }                                                                     \
    (__typeof__(&name))found;                                             \
  })

#define EXPORT __attribute__((visibility("default")))
