#include "thread_settings.h"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "errors.h"

namespace lenscast {
namespace {

cpu_set_t setOf(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) {
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  }
  return set;
}

// On Linux both are a thread's own (setpriority(2), "C library/kernel differences"; sched_setaffinity(2)). What isn't
// granted leaves the thread as it is: it runs all the same.
void applyToThisThread(const ThreadSettings& settings) {
  if (settings.nice > 0) setpriority(PRIO_PROCESS, 0, settings.nice);
  if (settings.cpus.empty()) return;
  const cpu_set_t set = setOf(settings.cpus);
  sched_setaffinity(0, sizeof set, &set);
}

struct Pool {
  GstTaskPool parent;
  std::shared_ptr<const ThreadSettings>* settings;
};

struct PoolClass {
  GstTaskPoolClass parent;
};

struct Job {
  std::shared_ptr<const ThreadSettings> settings;
  GstTaskPoolFunction run;
  gpointer data;
};

GstTaskPoolClass* parentClass = nullptr;

gpointer runJob(gpointer data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  applyToThisThread(*job->settings);
  job->run(job->data);
  return nullptr;
}

void prepare(GstTaskPool*, GError**) {}

void cleanup(GstTaskPool*) {}

gpointer push(GstTaskPool* pool, GstTaskPoolFunction run, gpointer data, GError** error) {
  auto job = std::make_unique<Job>(Job{*reinterpret_cast<Pool*>(pool)->settings, run, data});
  GThread* thread = g_thread_try_new("streaming", runJob, job.get(), error);
  if (thread != nullptr) job.release();
  return thread;
}

void join(GstTaskPool*, gpointer thread) {
  if (thread != nullptr) g_thread_join(static_cast<GThread*>(thread));
}

#if GST_CHECK_VERSION(1, 20, 0)
void disposeHandle(GstTaskPool*, gpointer thread) {
  if (thread != nullptr) g_thread_unref(static_cast<GThread*>(thread));
}
#endif

void finalize(GObject* object) {
  delete reinterpret_cast<Pool*>(object)->settings;
  G_OBJECT_CLASS(parentClass)->finalize(object);
}

void initClass(gpointer rawClass, gpointer) {
  parentClass = static_cast<GstTaskPoolClass*>(g_type_class_peek_parent(rawClass));
  G_OBJECT_CLASS(rawClass)->finalize = finalize;
  auto* pool = static_cast<GstTaskPoolClass*>(rawClass);
  pool->prepare = prepare;
  pool->cleanup = cleanup;
  pool->push = push;
  pool->join = join;
#if GST_CHECK_VERSION(1, 20, 0)
  pool->dispose_handle = disposeHandle;
#endif
}

GType poolType() {
  static const GType type = g_type_register_static_simple(GST_TYPE_TASK_POOL, "LenscastTaskPool", sizeof(PoolClass),
                                                          initClass, sizeof(Pool), nullptr, GTypeFlags(0));
  return type;
}

GstTaskPool* makePool(ThreadSettings settings) {
  auto* pool = static_cast<Pool*>(g_object_new(poolType(), nullptr));
  gst_object_ref_sink(pool);
  pool->settings = new std::shared_ptr<const ThreadSettings>(new ThreadSettings(std::move(settings)));
  return &pool->parent;
}

void requireUsable(const std::vector<int>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t own;
  if (sched_getaffinity(0, sizeof own, &own) != 0) return;
  const bool any = std::any_of(cpus.begin(), cpus.end(),
                               [&own](int cpu) { return cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, &own); });
  if (any) return;
  std::string named;
  for (const int cpu : cpus) named += (named.empty() ? "" : ", ") + std::to_string(cpu);
  throw AddonError(code::kInvalidArg, "options.threads.cpus: this process may use none of the CPUs " + named);
}

}  // namespace

ThreadPool::ThreadPool(ThreadSettings settings)
    : pool_((requireUsable(settings.cpus), makePool(std::move(settings)))) {}

void ThreadPool::adopt(GstMessage* message) const {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_STREAM_STATUS) return;
  GstStreamStatusType type = GST_STREAM_STATUS_TYPE_ENTER;
  gst_message_parse_stream_status(message, &type, nullptr);
  if (type != GST_STREAM_STATUS_TYPE_CREATE) return;
  const GValue* task = gst_message_get_stream_status_object(message);
  if (task == nullptr || !G_VALUE_HOLDS(task, GST_TYPE_TASK)) return;
  gst_task_set_pool(GST_TASK(g_value_get_object(task)), pool_.get());
}

}  // namespace lenscast
