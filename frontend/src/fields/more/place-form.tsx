/** Where something is: a point, or a postal address. */
import { ChevronRight, LocateFixed } from "lucide-react";
import { type FormEvent, useState } from "react";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import type { FieldInputProps } from "../field-input";
import css from "./pane.module.css";
import { type Address, addressOf, placeOf } from "./place";
import { useTree } from "./tree";
import { TreePicker } from "./tree-pane";

interface FormProps extends FieldInputProps {
  readonly close: () => void;
}

function Ends({ empty, onClear }: { readonly empty: boolean; readonly onClear: () => void }) {
  return (
    <div className={css.ends}>
      <Button kind="ghost" disabled={empty} onClick={onClear}>
        {t("kinds.clear")}
      </Button>
      <Button kind="primary" type="submit">
        {t("kinds.done")}
      </Button>
    </div>
  );
}

/** Asks the device where it is; the browser asks the person first. */
function useHere(onFound: (lat: string, lng: string) => void) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  function ask(): void {
    setBusy(true);
    setFailed("");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setBusy(false);
        onFound(coords.latitude.toFixed(6), coords.longitude.toFixed(6));
      },
      (error) => {
        setBusy(false);
        setFailed(t(error.code === error.PERMISSION_DENIED ? "kinds.hereDenied" : "kinds.hereFailed"));
      },
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  }
  return { busy, failed, ask };
}

const within = (text: string, most: number) => text.trim() !== "" && Math.abs(Number(text)) <= most;

export function PlaceForm({ value, onChange, close }: FormProps) {
  const at = placeOf(value);
  const [lat, setLat] = useState(at ? String(at.lat) : "");
  const [lng, setLng] = useState(at ? String(at.lng) : "");
  const [label, setLabel] = useState(at?.label ?? "");
  const [tried, setTried] = useState(false);
  const here = useHere((foundLat, foundLng) => {
    setLat(foundLat);
    setLng(foundLng);
  });
  function handleSubmit(event: FormEvent): void {
    event.preventDefault();
    setTried(true);
    if ([lat, lng, label].every((text) => text.trim() === "")) {
      onChange(null);
      close();
    } else if (within(lat, 90) && within(lng, 180)) {
      const name = label.trim();
      onChange({ lat: Number(lat), lng: Number(lng), ...(name && { label: name }) });
      close();
    }
  }
  return (
    <form className={css.form} onSubmit={handleSubmit} noValidate>
      <div className={css.labelled}>
        <span>{t("kinds.label")}</span>
        <Input value={label} maxLength={200} onChange={setLabel} aria-label={t("kinds.label")} />
      </div>
      <div className={css.two}>
        <div className={css.labelled}>
          <span>{t("kinds.lat")}</span>
          <Input
            inputMode="decimal"
            value={lat}
            aria-label={t("kinds.lat")}
            aria-invalid={tried && !within(lat, 90)}
            onChange={setLat}
          />
        </div>
        <div className={css.labelled}>
          <span>{t("kinds.lng")}</span>
          <Input
            inputMode="decimal"
            value={lng}
            aria-label={t("kinds.lng")}
            aria-invalid={tried && !within(lng, 180)}
            onChange={setLng}
          />
        </div>
      </div>
      {"geolocation" in navigator && (
        <Button icon={<LocateFixed />} busy={here.busy} onClick={here.ask}>
          {t("kinds.here")}
        </Button>
      )}
      {here.failed && (
        <div role="alert" className={css.bad}>
          {here.failed}
        </div>
      )}
      <Ends
        empty={at === undefined}
        onClear={() => {
          onChange(null);
          close();
        }}
      />
    </form>
  );
}

export function AddressForm({ field, value, onChange, close }: FormProps) {
  const before = addressOf(value);
  const tree = useTree(field);
  const [region, setRegion] = useState(before.region);
  const [street, setStreet] = useState(before.street ?? "");
  const [postcode, setPostcode] = useState(before.postcode ?? "");
  const [choosing, setChoosing] = useState(false);
  const way = region === undefined ? [] : tree.path(region);
  const badCode = postcode !== "" && !/^\d{6}$/u.test(postcode);
  function handleSubmit(event: FormEvent): void {
    event.preventDefault();
    if (badCode) {
      return;
    }
    const names = way.map(({ name }) => name).join("");
    const next: Address = {
      ...(region !== undefined && { region }),
      ...(street.trim() && { street: street.trim() }),
      ...(postcode && { postcode }),
      text: [names, street.trim(), postcode].filter(Boolean).join(" "),
    };
    onChange(next.text === "" ? null : next);
    close();
  }
  if (choosing) {
    return (
      <TreePicker
        tree={tree}
        selected={region === undefined ? [] : [region]}
        label={t("kinds.region")}
        onPick={(node) => {
          setRegion(node.id);
          setChoosing(false);
        }}
      />
    );
  }
  return (
    <form className={css.form} onSubmit={handleSubmit} noValidate>
      <div className={css.labelled}>
        <span>{t("kinds.region")}</span>
        <button type="button" className={css.region} onClick={() => setChoosing(true)}>
          <span>{way.map(({ name }) => name).join(" / ")}</span>
          <ChevronRight size={15} aria-hidden="true" />
        </button>
      </div>
      <div className={css.labelled}>
        <span>{t("kinds.street")}</span>
        <Input value={street} maxLength={300} onChange={setStreet} aria-label={t("kinds.street")} />
      </div>
      <div className={css.labelled}>
        <span>{t("kinds.postcode")}</span>
        <Input
          inputMode="numeric"
          maxLength={6}
          value={postcode}
          aria-label={t("kinds.postcode")}
          aria-invalid={badCode}
          onChange={setPostcode}
        />
      </div>
      <Ends
        empty={before.text === undefined}
        onClear={() => {
          onChange(null);
          close();
        }}
      />
    </form>
  );
}
