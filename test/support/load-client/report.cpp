#include "report.h"

#include <algorithm>

#include "json_writer.h"

namespace {

constexpr size_t kAgesReported = 20;

// The value that `fraction` of the sorted numbers don't exceed (nearest rank).
double percentile(const std::vector<float> &sorted, double fraction) {
  size_t rank = static_cast<size_t>(fraction * static_cast<double>(sorted.size()) + 0.999999);
  return sorted[std::min(std::max<size_t>(rank, 1), sorted.size()) - 1];
}

void write_distribution(JsonWriter &json, const char *name, std::vector<float> numbers) {
  json.key(name);
  if (numbers.empty()) {
    json.null();
    return;
  }
  std::sort(numbers.begin(), numbers.end());
  json.open('{').pair("count", static_cast<int64_t>(numbers.size()));
  json.pair("min", double(numbers.front())).pair("p50", percentile(numbers, 0.5));
  json.pair("p95", percentile(numbers, 0.95)).pair("p99", percentile(numbers, 0.99));
  json.pair("max", double(numbers.back())).close('}');
}

void write_counts(JsonWriter &json, const ViewerCounts &counts) {
  json.pair("frames", counts.frames).pair("bytes", counts.bytes);
  json.pair("badFrames", counts.bad_frames).pair("framingErrors", counts.framing_errors);
  json.pair("gaps", counts.gaps).pair("missed", counts.missed);
  json.pair("duplicates", counts.duplicates).pair("backwards", counts.backwards);
}

void add(ViewerCounts &total, const ViewerCounts &one) {
  total.frames += one.frames;
  total.bytes += one.bytes;
  total.bad_frames += one.bad_frames;
  total.framing_errors += one.framing_errors;
  total.gaps += one.gaps;
  total.missed += one.missed;
  total.duplicates += one.duplicates;
  total.backwards += one.backwards;
}

void write_viewer(JsonWriter &json, const ViewerCounts &counts) {
  write_counts(json, counts);
  json.pair("worstMs", counts.worst_ms);
  json.key("firstFrameMs");
  counts.first_frame_ms < 0 ? json.null() : json.value(counts.first_frame_ms);
  json.pair("closed", counts.closed).pair("failure", counts.failure);
}

void write_fast(JsonWriter &json, const Load &load) {
  std::vector<float> frames, first_frame_ms;
  ViewerCounts total;
  int64_t closed = 0;
  json.key("perViewer").open('[');
  for (const auto &one : load.fast) {
    const ViewerCounts &counts = one->viewer.counts();
    json.open('{');
    write_viewer(json, counts);
    json.close('}');
    add(total, counts);
    closed += counts.closed;
    frames.push_back(static_cast<float>(counts.frames));
    if (counts.first_frame_ms >= 0) first_frame_ms.push_back(static_cast<float>(counts.first_frame_ms));
  }
  json.close(']').pair("viewers", static_cast<int64_t>(load.fast.size())).pair("closed", closed);
  write_counts(json, total);
  write_distribution(json, "framesPerViewer", frames);
  write_distribution(json, "firstFrameMs", first_frame_ms);
  write_distribution(json, "latencyMs", load.latencies_ms);
}

void write_stalled(JsonWriter &json, const Load &load) {
  json.key("stalled").open('[');
  for (const auto &one : load.stalled) {
    const std::vector<float> &ages = one->viewer.ages_ms();
    size_t skipped = std::min(ages.size(), static_cast<size_t>(load.options.resume_skip));
    json.open('{');
    write_viewer(json, one->viewer.counts());
    json.pair("framesEver", one->viewer.frames_ever()).pair("resumed", one->resumed);
    json.pair("framesAfterResume", static_cast<int64_t>(ages.size())).key("agesMs").open('[');
    for (size_t i = 0; i < std::min(ages.size(), kAgesReported); i++) json.value(double(ages[i]));
    json.close(']').key("worstAgeAfterSkipMs");
    skipped == ages.size() ? json.null() : json.value(double(*std::max_element(ages.begin() + skipped, ages.end())));
    json.close('}');
  }
  json.close(']');
}

void write_churn(JsonWriter &json, const ChurnCounts &counts) {
  json.key("churn").open('{');
  for (auto [name, count] : {std::pair{"connected", counts.connected}, {"closed", counts.closed},
                             {"reset", counts.reset}, {"refused", counts.refused}, {"timedOut", counts.timed_out}})
    json.pair(name, static_cast<int64_t>(count));
  json.pair("failure", counts.failure);
  write_distribution(json, "firstFrameMs", counts.first_frame_ms);
  json.close('}');
}

}  // namespace

std::string report_json(const Load &load, const Churn &churn, double cpu_seconds) {
  JsonWriter json;
  json.open('{');
  json.pair("seconds", static_cast<double>(load.window.end_us - load.window.begin_us) / 1e6);
  json.pair("cpuSeconds", cpu_seconds);
  write_fast(json, load);
  write_stalled(json, load);
  write_churn(json, churn.counts());
  json.close('}');
  return json.text();
}
