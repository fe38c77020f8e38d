import "@/kit/Slider.css";

import type { ReactNode } from "react";
import { Label, Slider as AriaSlider, SliderOutput, type SliderProps as AriaSliderProps, SliderThumb, SliderTrack } from "react-aria-components/Slider";
import { Text } from "react-aria-components/TextField";

export interface SliderProps extends Omit<AriaSliderProps<number>, "className" | "style" | "children"> {
  label: string;
  description?: ReactNode;
  name?: string;
}

/** A value on a line: dragged, set by a press on the line, or by the arrow keys. */
export function Slider({ label, description, name, ...rest }: SliderProps) {
  return (
    <AriaSlider {...rest} className="slider">
      <Label className="field__label">{label}</Label>
      <SliderOutput className="slider__value num" />
      <SliderTrack className="slider__track">
        {({ state }) => (
          <>
            <span className="slider__fill" style={{ inlineSize: `${state.getThumbPercent(0) * 100}%` }} />
            <SliderThumb index={0} className="slider__thumb" {...(name === undefined ? {} : { name })} />
          </>
        )}
      </SliderTrack>
      {description !== undefined && <Text className="field__description slider__description">{description}</Text>}
    </AriaSlider>
  );
}
