// What a pipeline holds of the world outside: the devices of its sources.
#pragma once

#include <list>
#include <memory>

#include "completion.h"
#include "gst_ptr.h"

namespace lenscast {

// A pipeline stops from its sinks to its sources: where an element between them hangs, a camera would stay busy for as
// long, and no other pipeline could have it. Knows the pipeline's own source elements without holding them. Thread-safe.
class Sources : public std::enable_shared_from_this<Sources> {
 public:
  explicit Sources(GstElement* pipeline);
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;

  // Brings them to NULL on their own, for good; waits for that, but no longer than `timeout`.
  void free(Milliseconds timeout);

 private:
  class Known {
   public:
    explicit Known(GstElement* element) { g_weak_ref_init(&ref_, element); }
    ~Known() { g_weak_ref_clear(&ref_); }
    Known(const Known&) = delete;
    Known& operator=(const Known&) = delete;
    // Null where it is gone.
    ElementPtr get() { return ElementPtr(static_cast<GstElement*>(g_weak_ref_get(&ref_))); }

   private:
    GWeakRef ref_;
  };

  std::list<Known> known_;
};

}  // namespace lenscast
