import { Module } from '@nestjs/common';
import { EventsModule } from '#events';
import { ChannelTurns } from './channel-turns.js';
import { CheckController } from './doctor/check.controller.js';
import { CheckRepository } from './doctor/check.repository.js';
import { CheckRecords } from './doctor/check-records.js';
import { Doctor } from './doctor/doctor.js';
import { Examination } from './doctor/examination.js';
import { OwnAddress } from './doctor/own-address.js';
import { Renewal } from './doctor/renewal.js';
import { Repair } from './doctor/repair.js';
import { Rounds } from './doctor/rounds.js';
import { ChannelRemoval } from './removal/channel-removal.js';
import { Farewell } from './removal/farewell.js';
import { RemovalController } from './removal/removal.controller.js';

/** The doctor, and the end of channels. Needs `RegistrationModule`, `JobsModule`, and the port `ChannelUse` from a global module above. */
@Module({
  imports: [EventsModule],
  controllers: [CheckController, RemovalController],
  providers: [
    ChannelRemoval,
    ChannelTurns,
    CheckRecords,
    CheckRepository,
    Doctor,
    Examination,
    Farewell,
    OwnAddress,
    Renewal,
    Repair,
    Rounds,
  ],
})
export class ChannelCareModule {}
