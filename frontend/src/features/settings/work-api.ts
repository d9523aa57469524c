/** Business calendars and daily currency rates. */
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useAct } from "@/api/meta";
import type { List, Ref } from "@/api/types";

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];
export type Span = readonly [string, string];
export type Hours = Readonly<Partial<Record<Weekday, readonly Span[]>>>;

export interface WorkCalendar extends Ref {
  readonly timeZone?: string;
  readonly hours: Hours;
  readonly holidays: readonly string[];
  readonly makeupDays: readonly string[];
  readonly default: boolean;
}

export interface CalendarInput {
  readonly name?: string;
  readonly hours?: Hours;
  readonly holidays?: readonly string[];
  readonly makeupDays?: readonly string[];
  readonly default?: boolean;
  readonly template?: string;
}

const calendars = ["calendars"];
const rates = ["rates"];

export const useCalendars = () =>
  useQuery({
    queryKey: calendars,
    queryFn: async () => (await api.get<List<WorkCalendar>>("/calendars")).items,
  });
export const useCreateCalendar = () =>
  useAct(
    (input: CalendarInput) => api.post<WorkCalendar>("/calendars", input),
    () => [calendars],
  );
export const useUpdateCalendar = () =>
  useAct(
    ({ id, ...patch }: CalendarInput & { readonly id: string }) =>
      api.patch<WorkCalendar>(`/calendars/${id}`, patch),
    () => [calendars],
  );
export const useDeleteCalendar = () =>
  useAct(
    (id: string) => api.delete(`/calendars/${id}`),
    () => [calendars],
  );

export interface DayRates {
  readonly date: string;
  readonly base: string;
  readonly rates: Readonly<Record<string, string>>;
}

export const useRates = () =>
  useQuery({ queryKey: rates, queryFn: async () => (await api.get<List<DayRates>>("/rates")).items });
export const useSetRates = () =>
  useAct(
    (input: DayRates) => api.put<DayRates>("/rates", input),
    () => [rates],
  );
