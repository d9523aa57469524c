// Package ops is what an operator sees of the program: logs, metrics and
// whether it is well. It never shows values of records, secrets or addresses
// of people.
package ops

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// Logger writes JSON lines at or above a level: debug, info, warn, error.
func Logger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}

// Metrics counts requests.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	panics   prometheus.Counter
}

// NewMetrics returns metrics of their own registry, the Go runtime's among them.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tongban_http_requests_total", Help: "Answered requests."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tongban_http_request_seconds", Help: "Time from the first byte of a request to its answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{Name: "tongban_panics_total", Help: "Contained panics."}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.panics, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Gauge shows what fn says at each look.
func (m *Metrics) Gauge(name, help string, fn func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, fn))
}

// Counter shows what fn says at each look: a count that only rises.
func (m *Metrics) Counter(name, help string, fn func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, fn))
}

// Panicked counts a contained panic.
func (m *Metrics) Panicked() { m.panics.Inc() }

// Queue adds the figures of the queue of heavy reads and returns what is to be
// told of each. state says how many run and how many wait.
func (m *Metrics) Queue(state func() (running, waiting int)) func(waited time.Duration, refused bool) {
	wait := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "tongban_heavy_wait_seconds", Help: "How long heavy reads waited for their tenant's turn.",
		Buckets: []float64{.001, .01, .05, .1, .25, .5, 1, 2.5, 5, 10},
	})
	refused := prometheus.NewCounter(prometheus.CounterOpts{Name: "tongban_heavy_refused_total", Help: "Heavy reads that were refused because too many waited."})
	gauge := func(name, help string, pick func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(pick()) })
	}
	m.registry.MustRegister(wait, refused,
		gauge("tongban_heavy_running", "Heavy reads that run.", func() int { n, _ := state(); return n }),
		gauge("tongban_heavy_waiting", "Heavy reads that wait.", func() int { _, n := state(); return n }))
	return func(waited time.Duration, no bool) {
		wait.Observe(waited.Seconds())
		if no {
			refused.Inc()
		}
	}
}

// Route is the figures of one route, looked up once.
type Route struct {
	m       *Metrics
	name    string
	ok      prometheus.Counter
	seconds prometheus.Observer
}

// Route returns the figures for a route such as "GET /api/v1/me".
func (m *Metrics) Route(name string) *Route {
	return &Route{m: m, name: name, ok: m.requests.WithLabelValues(name, "200"), seconds: m.seconds.WithLabelValues(name)}
}

// Served counts one answer.
func (r *Route) Served(status int, took time.Duration) {
	if status == 200 {
		r.ok.Inc()
	} else {
		r.m.requests.WithLabelValues(r.name, strconv.Itoa(status)).Inc()
	}
	r.seconds.Observe(took.Seconds())
}

// Write writes all metrics in the text format of Prometheus.
func (m *Metrics) Write(w io.Writer) error {
	families, err := m.registry.Gather()
	if err != nil {
		return err
	}
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(w, f); err != nil {
			return err
		}
	}
	return nil
}

// Check is one thing that must be well for the program to be ready.
type Check struct {
	Name string
	Run  func(context.Context) (detail string, err error)
}

// State is the answer to "is it ready?".
type State struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks"`
}

// Run asks all checks.
func Run(ctx context.Context, checks []Check) State {
	s := State{Ready: true, Checks: map[string]string{}}
	for _, c := range checks {
		detail, err := c.Run(ctx)
		if err != nil {
			s.Ready, detail = false, "failed"
		}
		s.Checks[c.Name] = detail
	}
	return s
}
