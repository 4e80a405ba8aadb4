import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '#identity';
import { product } from '../product.js';
import { VersionDto } from './health.dto.js';

@ApiTags('system')
@Controller('v1/version')
@Public()
export class VersionController {
  @Get()
  @ApiOperation({ summary: 'Which version is running' })
  getVersion(): VersionDto {
    return { name: product.name, version: product.version };
  }
}
